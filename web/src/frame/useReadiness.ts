import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'

/**
 * Fetches the code of every page while there is a connection, so that each of
 * them opens also when Logis does not answer.
 */
export function useReadiness(connected: boolean): void {
  const router = useRouter()
  useEffect(() => {
    if (!connected) return
    for (const route of Object.values(router.routesById)) {
      Promise.resolve(router.loadRouteChunk(route)).catch(() => undefined) // tried again with the next connection
    }
  }, [connected, router])
}
