// Shows what the server tells this browser, and opens the page where one can act. It
// keeps nothing, answers no request of the app and sends nothing anywhere: what a
// notification offers is a page, which asks before it does anything.
self.addEventListener('install', () => self.skipWaiting())

self.addEventListener('push', (event) => {
  const { title, body, tag, url, at, again } = event.data.json()
  event.waitUntil(
    self.registration.showNotification(title, {
      body, tag, timestamp: at, icon: '/icon.svg', data: { url, again: again?.url },
      actions: again ? [{ action: 'again', title: again.title }] : [],
    }),
  )
})

self.addEventListener('notificationclick', (event) => {
  const { data } = event.notification
  event.notification.close()
  event.waitUntil(open(event.action === 'again' ? data.again : data.url))
})

/** Shows a page of this app: in the window that is there already, or in a new one, so that nothing half written is lost. */
async function open(page) {
  const { href, origin } = new URL(page, self.location.origin)
  if (origin !== self.location.origin) return
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const there = windows.find((window) => window.url === href)
  await (there ? there.focus() : self.clients.openWindow(href))
}
