import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core'
import type { Plugin } from 'vite'
import { theme } from './theme.ts'

const id = 'virtual:kit-variables.css'

/**
 * Writes the kit's CSS variables when the app is built. The kit would do it in
 * the browser with a <style> element, which our content security policy forbids.
 */
export function mantineVariables(): Plugin {
  return {
    name: 'kit-variables',
    resolveId: (source) => (source === id ? '\0' + id : undefined),
    load(source) {
      if (source !== '\0' + id) return
      return convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme)), ':root')
    },
  }
}
