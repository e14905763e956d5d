import { useNotifications } from '../data/notifications'
import { Card } from '../parts/Card'
import styles from './Account.module.css'
import { Address } from './Address'
import { Browsers } from './Browsers'
import { NoticeChoices } from './NoticeChoices'
import { OwnWebhook } from './OwnWebhook'

/** Where the person is told what happens, of what, and when. */
export function NotificationsCard() {
  const { data } = useNotifications()
  if (!data) return null
  return (
    <Card title="Notifications">
      <section aria-label="E-mail" className={styles.part}>
        <h3>E-mail</h3>
        {data.sends ? <Address of={data} /> : <p className={styles.quiet}>This server sends no e-mail: whoever runs it can give it a mail server.</p>}
      </section>
      <Browsers of={data} />
      <OwnWebhook of={data.webhook} />
      <NoticeChoices of={data} />
    </Card>
  )
}
