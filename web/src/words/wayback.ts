import type { PutBackLeft } from '../api/types'

/** Why a device is left as it is. */
export const leftWords: Record<PutBackLeft['reason'], string> = {
  gone: 'belongs to the home no more',
  guarded: 'locks, opens or heats: that is never put back',
  away: 'cannot be reached',
  unknown: 'was not known then',
  replaced: 'does not take the values of then',
}
