import { Menu, UnstyledButton } from '@mantine/core'
import { IconCheck, IconChevronDown, IconLogout, IconUserCircle, IconWebhook } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useHomes } from '../data/homes'
import { useScene } from '../data/Scene'
import { useLeave } from '../data/session'
import { letsOut } from '../data/webhooks'
import styles from './Frame.module.css'
import { SchemeSwitch } from './SchemeSwitch'

/** The home's name; behind it the other homes, light or dark, and the way out. */
export function HomeMenu() {
  const { picture, me } = useScene()
  const homes = useHomes()
  const leave = useLeave()
  const others = homes.data ?? []
  return (
    <Menu position="bottom-start" width={280} withinPortal={false} withInitialFocusPlaceholder={false} radius="lg" shadow="none" classNames={{ dropdown: styles.menu }}>
      <Menu.Target>
        <UnstyledButton className={styles.name} aria-label={`${picture.home.name}: homes and settings`}>
          <img src="/icon.svg" alt="" width={30} height={30} />
          <span>{picture.home.name}</span>
          <IconChevronDown size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {others.length > 1 &&
          others.map((home) => (
            <Menu.Item
              key={home.id}
              renderRoot={(props) => <Link to="/homes/$home" params={{ home: home.id }} {...props} />}
              rightSection={home.id === picture.home.id ? <IconCheck size={16} aria-label="shown now" /> : null}
            >
              {home.name}
            </Menu.Item>
          ))}
        {others.length > 1 && <Menu.Divider />}
        <SchemeSwitch />
        <Menu.Divider />
        {letsOut(picture.home.role) && (
          <Menu.Item
            leftSection={<IconWebhook size={18} aria-hidden />}
            renderRoot={(props) => <Link to="/homes/$home/webhooks" params={{ home: picture.home.id }} {...props} />}
          >
            Webhooks
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconUserCircle size={18} aria-hidden />}
          renderRoot={(props) => <Link to="/account" {...props} />}
        >
          Your account
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => leave.mutate()}>
          Sign out{me ? ` ${me.person.name}` : ''}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
