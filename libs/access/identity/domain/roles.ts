/** Roles of people and machines; none implies another (CONTRACTS §2). */
export const ROLES = ['integrator', 'operator', 'approver', 'auditor', 'manager', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

/** A machine's secret is renewed by one administrator alone, who could then say the second yes with it. */
export const ROLES_OF_PEOPLE: readonly Role[] = ['approver', 'administrator'];
