import type { components } from './schema'

// The shapes of the HTTP interface under the names the app uses. Where the
// generated types are wider than what is sent, this is the place that says so.
export type Schemas = components['schemas']

export type Session = Schemas['Session']
export type Home = Schemas['Home']
export type Room = Schemas['Room']
/** The room is null for a device that is in none. */
export type Device = Omit<Schemas['Device'], 'room'> & { room: string | null }
export type Schema = Schemas['Schema']
export type Twin = Schemas['Twin']
export type Reported = Schemas['Reported']
export type Configuration = Schemas['Configuration']
export type Settings = Schemas['Settings']
export type Gateway = Schemas['Gateway']
export type Claim = Schemas['Claim']
export type Newcomer = Schemas['Newcomer']
export type RadioPairing = Schemas['RadioPairing']
export type Finding = Schemas['Finding']
export type LocalClient = Schemas['LocalClient']
export type LogLine = Schemas['LogLine']
export type Command = Schemas['Command']
export type CommandRequest = Schemas['CommandRequest']
export type Actor = Schemas['Actor']
export type Event = Schemas['Event']
export type Picture = Omit<Schemas['Picture'], 'devices'> & { devices: Device[] }
export type Frame = Omit<Schemas['Frame'], 'device'> & { device: Device | null }
export type Film = Omit<Schemas['Film'], 'frames'> & { frames: Frame[] }
/** The room is null for what is in none. */
export type Density = Omit<Schemas['Density'], 'lanes'> & { lanes: (Omit<Schemas['Lane'], 'room'> & { room: string | null })[] }
export type ValueDifference = Schemas['ValueDifference']
/** Where what was true at an instant differs from what was known. */
export type Late = Schemas['Late']
/** What is not the same at two instants. */
export type Difference = Omit<Schemas['Difference'], 'devices'> & { devices: { was: Device | null; is: Device | null }[] }
export type Member = Schemas['Member']
export type Scope = Schemas['Scope']
export type Role = Member['role']
/** A part of the past that somebody marked. */
export type Incident = Schemas['Incident']
/** What a link shows of an incident. */
export type SharedIncident = Schemas['SharedIncident']
export type SharedDevice = Schemas['SharedDevice']
export type SharedEvent = Schemas['SharedEvent']
export type Audit = Schemas['Audit']
export type AuditEntry = Schemas['AuditEntry']
export type PutBackLeft = Schemas['PutBackLeft']
export type Webhook = Schemas['Webhook']
export type NoticeKind = Schemas['NoticeRule']['kind']
export type Proof = Schemas['Proof']
/** What a look at one part of the chain found. */
export type Check = Schemas['Check']
export type Storage = Schemas['Storage']
export type Problem = Schemas['Problem']

/** What the live socket says when the home's log has grown. */
export type News = Omit<Schemas['News'], 'devices'> & { devices: Device[] }

/** Every frame of the live socket. */
export type LiveFrame = News | Schemas['Welcome'] | Schemas['Pulse']

export type Trigger = Schemas['Trigger']
export type Condition = Omit<Schemas['Condition'], 'all' | 'any' | 'not'> & {
  all?: Condition[]
  any?: Condition[]
  not?: Condition
}
export type RuleAction = Schemas['RuleAction']
/** When a rule does what. */
export type RuleDocument = Omit<Schemas['RuleDocument'], 'triggers' | 'condition' | 'actions'> & {
  triggers: Trigger[]
  condition?: Condition
  actions: RuleAction[]
}
/** The gateway is null for a rule that runs in the cloud. */
export type Rule = Omit<Schemas['Rule'], 'gateway' | 'document'> & { gateway: string | null; document: RuleDocument }
export type RuleVersion = Omit<Schemas['RuleVersion'], 'document'> & { document: RuleDocument }
export type Explanation = Schemas['Explanation']
/** Why something happened, and what it began with. */
export type Why = Schemas['Why']
/** A part of the past with the firings a rule should come to in it, and what came of it. */
export type HomeTest = Schemas['HomeTest']
export type TestOutcome = Schemas['TestOutcome']
/** An event or a time on which a rule should fire. */
export type Occasion = Schemas['Occasion']
export type Fault = Schemas['Fault']
/** A named set of wishes; data/Scene.tsx is what a screen looks at. */
export type SavedScene = Schemas['Scene']
export type Setting = Schemas['Setting']
export type Modes = Schemas['Modes']
/** Something that rules may never do. */
export type Clause = Schemas['Clause']
export type Quarrel = Schemas['Quarrel']
export type BacktestRow = Schemas['BacktestRow']
export type Statistics = Schemas['Statistics']
export type StatPoint = Schemas['StatPoint']
/** The room is null for what is in none. */
export type Energy = Omit<Schemas['Energy'], 'rooms'> & { rooms: (Schemas['EnergyUse'] & { room: string | null })[] }
export type EnergyUse = Schemas['EnergyUse']
export type Tariff = Schemas['Tariff']
export type TariffRequest = Schemas['TariffRequest']
export type Correction = Schemas['Correction']
export type CorrectionRequest = Schemas['CorrectionRequest']

/** What an app asks somebody for, and what that comes to. */
export type Ask = Schemas['Ask']
export type Question = Schemas['Question']
