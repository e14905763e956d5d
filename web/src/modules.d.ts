declare module 'virtual:kit-variables.css'
declare module '@fontsource-variable/figtree/index.css'
