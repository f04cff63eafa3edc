import type { Vault } from '#access';
import { procedureOf, type Procedure } from '#dossier';
import { codeOf } from '#platform';
import { contentFingerprint } from '../domain/content-fingerprint';
import type { ArrivedItem, DueItem, IntakeItem } from '../domain/intake-item';
import { resolveUnit, type UnitCrossWalk } from '../domain/unit-cross-walk';
import type { DecodedMessage } from './decode-message';
import type { DecodedDossier, DecodeFailure, DecodeResult, DossierSource } from '../ports';

export interface PreparationDeps {
  source: Pick<DossierSource, 'id' | 'decode'>;
  vault: Pick<Vault, 'dedupDigest'>;
  procedures: readonly Procedure[];
  units: UnitCrossWalk;
}

/** Decodes a detail, unless it is a large one that was decoded while it was read, and maps unit and procedure; whatever is wrong with the
 *  bytes makes an unfit item, never an error. */
export function prepareItem(
  { item, openItemId }: DueItem,
  message: Buffer | DecodedMessage,
  deps: PreparationDeps,
): IntakeItem {
  const { raw, decoded } = Buffer.isBuffer(message) ? { raw: message, decoded: decode(message, deps.source) } : message;
  const arrived: ArrivedItem = { listing: item.listing, code: item.code, raw, stages: decoded.stages, openItemId };
  if ('failure' in decoded) return { ...arrived, failure: { ...decoded.failure, dossierCode: item.code } };
  const { dossier } = decoded;
  const resolved = resolveUnit(deps.units, dossier.unitText, dossier.receivedAt);
  const failure = mappingFailure(item.code, dossier, deps) ?? unitFailure(resolved);
  if (failure || !('unit' in resolved)) {
    const unmapped = failure ?? unfit('unit', 'unit-unknown', 'the unit is not configured');
    return { ...arrived, failure: { ...unmapped, ...writtenUnit(dossier.unitText) } };
  }
  const contentDigest = deps.vault.dedupDigest(contentFingerprint(dossier)).toString('base64');
  return { ...arrived, code: item.code, dossier, unit: resolved.unit, contentDigest };
}

/** `decode` promises not to throw; a poison item that makes it throw must still hurt nobody else (Q43). */
function decode(raw: Buffer, source: PreparationDeps['source']): DecodeResult {
  try {
    return source.decode(raw);
  } catch (error) {
    return {
      stages: [],
      failure: {
        stage: 'decode',
        code: 'decoder-failed',
        reason: `the decoder failed: ${codeOf(error)}`,
        responsible: 'province',
      },
    };
  }
}

function mappingFailure(
  code: string,
  dossier: DecodedDossier,
  { procedures, source }: PreparationDeps,
): DecodeFailure | undefined {
  if (dossier.code !== code) {
    return { ...unfit('detail', 'code-mismatch', 'list and detail name different dossiers', source.id), field: 'code' };
  }
  if (!procedureOf(procedures, dossier.procedureCode, dossier.module)) {
    return {
      ...unfit('procedure', 'procedure-unknown', 'no configured procedure has this code and module'),
      field: 'procedureCode',
    };
  }
  return undefined;
}

/** What is no number of a unit may be anything, a person's name too, and stays in the vault. */
function writtenUnit(text: string): { unit?: string } {
  const unit = text.trim().padStart(5, '0');
  return /^\d{5}$/.test(unit) ? { unit } : {};
}

function unitFailure(resolved: ReturnType<typeof resolveUnit>): DecodeFailure | undefined {
  if (!('failure' in resolved)) return undefined;
  const reason =
    resolved.failure === 'unit-ambiguous'
      ? 'several units took over from this one'
      : 'the unit is not configured for this date';
  return { ...unfit('unit', resolved.failure, reason), field: 'unit' };
}

function unfit(stage: string, code: string, reason: string, responsible = 'province'): DecodeFailure {
  return { stage, code, reason, responsible };
}
