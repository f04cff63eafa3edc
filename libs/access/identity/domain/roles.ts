/** Roles of people and machines; none implies another (CONTRACTS §2). */
export const ROLES = ['integrator', 'operator', 'approver', 'auditor', 'manager', 'administrator'] as const;
export type Role = (typeof ROLES)[number];
