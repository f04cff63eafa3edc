/** When a credential (a secret, a certificate) begins and ends. */
export interface CredentialLife {
  createdAt: Date;
  /** It ends by itself then; null = it has no end yet. */
  expiresAt: Date | null;
  /** A person has ended it. */
  endedAt: Date | null;
}

/** How many secrets, and how many certificates, a client may have at once: one that goes and one that comes. */
export const MAX_CREDENTIALS = 2;

export function isValidAt(life: CredentialLife, now: Date): boolean {
  return life.endedAt === null && (life.expiresAt === null || life.expiresAt.getTime() > now.getTime());
}

/** Those that count now. */
export function validAt<T extends CredentialLife>(all: readonly T[], now: Date): T[] {
  return all.filter((one) => isValidAt(one, now));
}
