import { generateSecret, generateURI, verifySync } from 'otplib';

/** RFC 6238 with what every authenticator app takes: SHA-1, six digits, 30 s. */
const STEP_SECONDS = 30;
const CODE = /^\d{6}$/;
const ISSUER = 'Lien Thong';

/** 160 random bits in base32. */
export function newTotpSecret(): string {
  return generateSecret();
}

/** What the QR code of an authenticator app holds (`otpauth://`). */
export function totpUri(secret: string, label: string): string {
  return generateURI({ issuer: ISSUER, label, secret });
}

/** The time step of a right code that is newer than `usedStep`, or undefined. One step to either side is taken for clocks that differ.
 *  A code is right once: the caller keeps the step that it was given. */
export function totpStep(secret: string, code: string, now: Date, usedStep: number | null): number | undefined {
  if (!CODE.test(code)) return undefined;
  const epoch = Math.floor(now.getTime() / 1_000);
  const found = verifySync({ secret, token: code, epoch, epochTolerance: STEP_SECONDS });
  if (!found.valid || !('timeStep' in found)) return undefined;
  return usedStep !== null && found.timeStep <= usedStep ? undefined : found.timeStep;
}
