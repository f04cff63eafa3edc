import type { Vault } from '#access';
import type { DossierContent } from '#dossier';
import { AppError, sha256, type Tx } from '#platform';
import { indexPersons, numbersInContent } from '#privacy';
import type { SyncLog, SyncLogActor } from '#synclog';
import { readEditedItems, writeEditedRefs } from '../adapters/edited-items';
import { edited, refuseEdits, type Edit, type EditedItem } from '../domain/edits';
import type { ReplayPolicy } from '../domain/replay-policy';

/** An edit of more is a change of rules or mappings, not of messages. */
const MAX_EDITED_ITEMS = 1_000;

interface EditDeps {
  vault: Pick<Vault, 'openMany' | 'sealMany' | 'dedupDigest'>;
  policy: ReplayPolicy;
  syncLog: Pick<SyncLog, 'append'>;
}

/** Makes and seals the edited contents of a plan's items. The contents before stay as they are; both are named in the sync log, with the names of
 *  the fields and no value.
 *  @returns digest over the edited contents, for the plan's hash
 *  @throws AppError 422 as `refuseEdits` and `edited`; `edit-too-many` */
export async function applyEdits(
  tx: Tx,
  { planId, edits, actor }: { planId: string; edits: readonly Edit[]; actor: SyncLogActor },
  { vault, policy, syncLog }: EditDeps,
): Promise<Buffer> {
  const items = await readEditedItems(tx, planId, MAX_EDITED_ITEMS + 1);
  if (items.length > MAX_EDITED_ITEMS) throw tooMany();
  refuseEdits(edits, items, policy.protectedFields);
  const opened = await vault.openMany(
    items.map((item) => item.contentRef),
    tx,
  );
  const changed = items.flatMap((item, at) => {
    const content = edited(JSON.parse(opened[at].toString('utf8')) as DossierContent, item, edits);
    return content === undefined ? [] : [{ item, content, bytes: Buffer.from(JSON.stringify(content), 'utf8') }];
  });
  const sealed = await vault.sealMany(
    tx,
    changed.map(({ item, bytes }) => ({
      ownerKind: 'dossier',
      ownerId: item.dossierId,
      objects: [{ kind: 'content', contentType: 'application/json', bytes }],
    })),
  );
  const persons = changed.map(({ item, content }) => ({
    dossierId: item.dossierId,
    numbers: numbersInContent(content),
  }));
  indexPersons(tx, persons, (bytes) => vault.dedupDigest(bytes));
  await writeEditedRefs(
    tx,
    planId,
    changed.map(({ item }, at) => ({ number: item.number, ref: sealed[at][0].ref })),
  );
  await syncLog.append(
    tx,
    changed.map(({ item }, at) => ({
      kind: 'payload.edited',
      actor,
      dossierId: item.dossierId,
      codes: item.codes,
      partner: item.partner,
      operation: item.operation,
      unit: item.unit,
      procedure: item.procedure,
      contentDigest: sealed[at][0].digest.toString('base64'),
      detail: {
        planId,
        deliveryId: item.deliveryId,
        scope: 'content',
        field: fieldsOf(item, edits),
        refs: [item.contentRef, sealed[at][0].ref],
      },
    })),
  );
  return sha256(...sealed.map(([object]) => object.digest));
}

function tooMany(): AppError {
  return new AppError({
    code: 'edit-too-many',
    disposition: 'refuse',
    status: 422,
    field: 'edits',
    detail: `at most ${MAX_EDITED_ITEMS} deliveries can be edited in one plan`,
  });
}

function fieldsOf(item: EditedItem, edits: readonly Edit[]): string {
  const own = edits.filter(({ delivery }) => delivery === undefined || delivery === item.deliveryId);
  return [...new Set(own.map(({ field }) => field))].join('+').slice(0, 200);
}
