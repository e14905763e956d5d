import { Refusal } from '../api/client'
import type { Schemas } from '../api/types'

/** Whether this browser can be told, and if not, why. */
export type Hearing = 'can' | 'insecure' | 'to-install' | 'cannot' | 'refused'

export function hearing(): Hearing {
  if (!isSecureContext) return 'insecure'
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) {
    return /iPhone|iPad/.test(navigator.userAgent) ? 'to-install' : 'cannot'
  }
  return Notification.permission === 'denied' ? 'refused' : 'can'
}

/** Asks the person, then the browser's push service, and returns what the server needs to reach this browser. */
export async function subscribe(key: string): Promise<Schemas['Subscription']> {
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Refusal(0, 'push_refused', 'The browser did not allow it.')
  }
  await navigator.serviceWorker.register('/push.js')
  const { pushManager } = await navigator.serviceWorker.ready
  const { endpoint, keys } = (await subscription(pushManager, key)).toJSON()
  if (!endpoint || !keys?.p256dh || !keys.auth) throw new Refusal(0, 'push_unreached', 'The browser gave no address to reach it.')
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth }
}

async function subscription(manager: PushManager, key: string): Promise<PushSubscription> {
  const kept = await manager.getSubscription()
  if (kept && base64url(kept.options.applicationServerKey) === key) return kept
  await kept?.unsubscribe() // of another server's key: nothing would come through
  try {
    return await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
  } catch {
    throw new Refusal(0, 'push_unreached', 'The browser could not reach its push service. Is it online, and are push messages switched on in its settings?')
  }
}

function base64url(bytes: ArrayBuffer | null): string {
  if (!bytes) return ''
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Lets the browser forget that it was told. */
export async function unsubscribe(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('/push.js')
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
}
