import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { mantineVariables } from './src/theme/variables.ts'

// The API of a server started beside `npm run dev`.
const server = process.env.LOGIS_URL ?? 'http://localhost:8080'

export default defineConfig({
  plugins: [react(), mantineVariables()],
  build: {
    target: 'es2022',
    // Everything must come from our own address under a strict CSP: no data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': { target: server, ws: true } } },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
})
