import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { EnterPage } from './enter/EnterPage'
import { FirstHome } from './enter/FirstHome'
import { Gate } from './enter/Gate'
import { Broken } from './frame/Broken'
import { HomeFrame } from './frame/HomeFrame'
import { Lost } from './frame/Lost'
import { HomePage } from './home/HomePage'

/** Whether a part of an address names an event. */
const isSeq = (part: unknown) => Number.isInteger(Number(part)) && Number(part) > 0

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost })
const enter = createRoute({ getParentRoute: () => root, path: '/enter', component: EnterPage })
const gate = createRoute({ getParentRoute: () => root, id: 'gate', component: Gate })
const first = createRoute({ getParentRoute: () => gate, path: '/', component: FirstHome })
const home = createRoute({ getParentRoute: () => gate, path: '/homes/$home', component: HomeFrame })

const rooms = createRoute({ getParentRoute: () => home, path: '/', component: HomePage })
const device = createRoute({
  getParentRoute: () => home,
  path: '/devices/$device',
  // What a notification offers to ask for again.
  validateSearch: (search: Record<string, unknown>): { again?: string } => (typeof search.again === 'string' ? { again: search.again } : {}),
  component: lazyRouteComponent(() => import('./device/DevicePage'), 'DevicePage'),
})
const timeline = createRoute({
  getParentRoute: () => home,
  path: '/timeline',
  // An event, or an instant in Unix milliseconds; and the incident that is looked at.
  validateSearch: (search: Record<string, unknown>): { seq?: number; at?: number; incident?: string } => {
    const at = Number(search.at)
    const about = typeof search.incident === 'string' ? { incident: search.incident } : {}
    if (isSeq(search.seq)) return { seq: Number(search.seq), ...about }
    return Number.isFinite(at) && at > 0 ? { at, ...about } : about
  },
  component: lazyRouteComponent(() => import('./timeline/TimelinePage'), 'TimelinePage'),
})
const incidents = createRoute({
  getParentRoute: () => home,
  path: '/incidents',
  component: lazyRouteComponent(() => import('./incidents/IncidentsPage'), 'IncidentsPage'),
})
const proof = createRoute({
  getParentRoute: () => home,
  path: '/proof',
  component: lazyRouteComponent(() => import('./proof/ProofPage'), 'ProofPage'),
})
const arrange = createRoute({
  getParentRoute: () => home,
  path: '/rooms',
  component: lazyRouteComponent(() => import('./rooms/RoomsPage'), 'RoomsPage'),
})
const gateways = createRoute({
  getParentRoute: () => home,
  path: '/gateways',
  component: lazyRouteComponent(() => import('./gateways/GatewaysPage'), 'GatewaysPage'),
})
const gateway = createRoute({
  getParentRoute: () => home,
  path: '/gateways/$gateway',
  component: lazyRouteComponent(() => import('./gateways/GatewayPage'), 'GatewayPage'),
})
const rules = createRoute({
  getParentRoute: () => home,
  path: '/rules',
  component: lazyRouteComponent(() => import('./rules/RulesPage'), 'RulesPage'),
})
const newRule = createRoute({
  getParentRoute: () => home,
  path: '/rules/new',
  component: lazyRouteComponent(() => import('./rules/RulePage'), 'NewRulePage'),
})
const rule = createRoute({
  getParentRoute: () => home,
  path: '/rules/$rule',
  validateSearch: (search: Record<string, unknown>): { around?: number } => ({ ...(isSeq(search.around) && { around: Number(search.around) }) }),
  component: lazyRouteComponent(() => import('./rules/RulePage'), 'RulePage'),
})
const energy = createRoute({
  getParentRoute: () => home,
  path: '/energy',
  component: lazyRouteComponent(() => import('./energy/EnergyPage'), 'EnergyPage'),
})
const scenes = createRoute({
  getParentRoute: () => home,
  path: '/scenes',
  component: lazyRouteComponent(() => import('./scenes/ScenesPage'), 'ScenesPage'),
})
const modes = createRoute({
  getParentRoute: () => home,
  path: '/modes',
  component: lazyRouteComponent(() => import('./modes/ModesPage'), 'ModesPage'),
})
const tests = createRoute({
  getParentRoute: () => home,
  path: '/tests',
  component: lazyRouteComponent(() => import('./rules/TestsPage'), 'TestsPage'),
})
const people = createRoute({
  getParentRoute: () => home,
  path: '/people',
  component: lazyRouteComponent(() => import('./people/PeoplePage'), 'PeoplePage'),
})
const audit = createRoute({
  getParentRoute: () => home,
  path: '/audit',
  component: lazyRouteComponent(() => import('./audit/AuditPage'), 'AuditPage'),
})
const webhooks = createRoute({
  getParentRoute: () => home,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./webhooks/WebhooksPage'), 'WebhooksPage'),
})
const account = createRoute({
  getParentRoute: () => gate,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/AccountPage'), 'AccountPage'),
})
const consent = createRoute({
  getParentRoute: () => gate,
  path: '/oauth/authorize',
  component: lazyRouteComponent(() => import('./consent/ConsentPage'), 'ConsentPage'),
})
const join = createRoute({
  getParentRoute: () => root,
  path: '/join',
  component: lazyRouteComponent(() => import('./enter/JoinPage'), 'JoinPage'),
})
const callback = createRoute({
  getParentRoute: () => root,
  path: '/openid/callback',
  component: lazyRouteComponent(() => import('./enter/CallbackPage'), 'CallbackPage'),
})

const shared = createRoute({
  getParentRoute: () => root,
  path: '/incident',
  component: lazyRouteComponent(() => import('./incidents/SharedPage'), 'SharedPage'),
})

/** Every page of the app. */
export const router = createRouter({
  routeTree: root.addChildren([
    enter,
    join,
    callback,
    shared,
    gate.addChildren([first, account, consent, home.addChildren([rooms, device, timeline, incidents, proof, arrange, gateways, gateway, rules, newRule, rule, scenes, modes, tests, people, audit, energy, webhooks])]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultNotFoundComponent: Lost,
  defaultErrorComponent: Broken,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
