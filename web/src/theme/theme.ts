import { createTheme, type MantineColorsTuple } from '@mantine/core'

// Pine is the colour of what can be done: buttons, links, what is chosen.
const pine: MantineColorsTuple = [
  '#eef6f2', '#dcebe3', '#b9d7c8', '#93c2ab', '#74b094', '#5a9a7e', '#417f66', '#2c5a4e', '#244b41', '#1b3a32',
]

// The kit's greys, in the warm and the dark tones of tokens.css.
const gray: MantineColorsTuple = [
  '#faf8f4', '#f3efe7', '#ebe6db', '#e2dbce', '#d0c8b9', '#aaa294', '#8b8476', '#5b5549', '#3a362d', '#24211b',
]
const dark: MantineColorsTuple = [
  '#f3f0e9', '#d5d2cb', '#b9b5ab', '#7f8692', '#3c424d', '#343a44', '#282c34', '#1e2127', '#191c21', '#14161a',
]

/** The kit's theme. Colours of the home itself are in tokens.css. */
export const theme = createTheme({
  colors: { pine, gray, dark },
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  defaultRadius: 'md',
  radius: { xs: '6px', sm: '10px', md: '12px', lg: '18px', xl: '24px' },
  fontFamily: "'Figtree Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
})
