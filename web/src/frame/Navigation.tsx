import { IconBolt, IconBroadcast, IconHistory, IconHome2, IconLayoutGrid, IconUsers, IconWand } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useScene } from '../data/Scene'
import styles from './Frame.module.css'

const places = [
  { to: '/homes/$home', exact: true, label: 'Home', Icon: IconHome2 },
  { to: '/homes/$home/timeline', exact: false, label: 'Timeline', Icon: IconHistory },
  { to: '/homes/$home/rules', exact: false, label: 'Rules', Icon: IconWand },
  { to: '/homes/$home/rooms', exact: false, label: 'Rooms', Icon: IconLayoutGrid },
  { to: '/homes/$home/gateways', exact: false, label: 'Gateways', Icon: IconBroadcast },
  { to: '/homes/$home/energy', exact: false, label: 'Energy', Icon: IconBolt },
  { to: '/homes/$home/people', exact: false, label: 'People', Icon: IconUsers },
] as const

/** What is not for everybody, and the roles that see who belongs to the home, what it does by itself and what it used. */
const notForAll: string[] = ['Rules', 'Energy', 'People']
const family: string[] = ['owner', 'admin', 'member', 'support']

function Places({ home, className, size }: { home: string; className: string | undefined; size: number }) {
  const { role } = useScene().picture.home
  return (
    <nav className={className} aria-label="Pages of this home">
      {places.filter(({ label }) => !notForAll.includes(label) || family.includes(role)).map(({ to, exact, label, Icon }) => (
        <Link key={to} to={to} params={{ home }} activeOptions={{ exact, includeSearch: false }} className={styles.place}>
          <Icon size={size} stroke={1.7} aria-hidden />
          <span>{label}</span>
        </Link>
      ))}
    </nav>
  )
}

/** The pages of the home, beside its name: wide screens. */
export const TopNav = ({ home }: { home: string }) => <Places home={home} className={styles.topNav} size={19} />

/** The pages of the home, under the thumb: phones. */
export const TabBar = ({ home }: { home: string }) => <Places home={home} className={styles.tabBar} size={24} />
