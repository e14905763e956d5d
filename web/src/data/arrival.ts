/**
 * The query of the address somebody came to, as it was: the router writes what looks like a number anew, and an app's
 * state must go back letter by letter. main.tsx loads this before the router.
 */
export const arrival = location.search
