/** Whether a member arranges the home: its rooms and devices, what was measured wrongly, what is marked of its past. */
export const arranges = (role: string) => ['owner', 'admin', 'installer'].includes(role)
