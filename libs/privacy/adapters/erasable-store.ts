import type { Queryable, Tx } from '#platform';

/** What still happens to a dossier, or could. */
export interface UnfinishedDossier {
  dossierId: string;
  why: 'not-ended' | 'deliveries-open' | 'events-not-routed' | 'quarantine-open';
}

/** Why content of these dossiers is still needed. The caller holds their locks.
 *  Order of the reasons: the first that fits is told.
 *  Each statement here is `union` and not `or`: it runs under locks, and an `or` over two codes uses no index. */
export async function unfinishedDossiers(tx: Queryable, dossierIds: readonly string[]): Promise<UnfinishedDossier[]> {
  return tx.query<UnfinishedDossier>(
    `select d.id as "dossierId", r.why
     from dossier d, lateral (
       select case
         when d.state not in ('finished','refused','withdrawn','stopped') then 'not-ended'
         when d.routed_seq < d.version then 'events-not-routed'
         when exists (select 1 from delivery x where x.dossier_id = d.id and x.status in ('queued','in-flight','waiting','unknown','dead')) then 'deliveries-open'
         when exists (
           select 1 from dossier_code c join quarantine q on q.state in ('open','rerun') and q.codes->>'dvclt' = c.code where c.dossier_id = d.id
           union all
           select 1 from dossier_code c join quarantine q on q.state in ('open','rerun') and q.codes->>'oneStop' = c.code where c.dossier_id = d.id
         ) then 'quarantine-open'
       end as why
     ) r
     where d.id = any($1::uuid[]) and r.why is not null order by d.id`,
    [dossierIds],
  );
}

/** Owners, beside the dossiers themselves, under whose keys bytes about these dossiers lie: what was not understood at first, rows of polled
 *  decisions, and the registry's answers as they came. An answer that also tells of a dossier under a legal hold stays. */
export async function messageOwners(tx: Queryable, dossierIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ ownerId: string }>(
    `with code as (select code from dossier_code where dossier_id = any($1::uuid[])),
     told as (
       select raw_ref as ref from intake_message where source in ('dvclt','onestop') and external_code in (select code from code) and raw_ref is not null
       union
       select raw_ref from decision_event where codes->>'dvclt' in (select code from code)
       union
       select raw_ref from decision_event where codes->>'oneStop' in (select code from code)
       union
       select a.ref from registry_answer a where a.dossier_id = any($1::uuid[]) and not exists (
         select 1 from registry_answer b join legal_hold h on h.dossier_id = b.dossier_id and h.lifted_at is null where b.ref = a.ref)
     )
     select distinct k.owner_id as "ownerId" from told join vault_object o on o.id = told.ref join vault_key k on k.id = o.key_id
     where k.owner_kind = 'message' and k.wrapped is not null order by 1`,
    [dossierIds],
  );
  return rows.map(({ ownerId }) => ownerId);
}

/** Locks the keys that go, in the order in which everybody who changes many of them does.
 *  Race: the worker wraps the same keys anew while an erasure destroys them; each would wait for the other. */
export async function lockOwnerKeys(
  tx: Tx,
  { dossiers, messages }: { dossiers: readonly string[]; messages: readonly string[] },
): Promise<void> {
  await tx.query(
    `select k.id from vault_key k
     join (select 'dossier' as kind, unnest($1::uuid[]) as id union all select 'message', unnest($2::uuid[])) o on o.kind = k.owner_kind and o.id = k.owner_id
     order by k.id for no key update of k`,
    [dossiers, messages],
  );
}

/** Ends every link to a file of these dossiers. Returns how many were valid. */
export async function endFileLinks(tx: Tx, dossierIds: readonly string[], now: Date): Promise<number> {
  return tx.execute(
    `update file_token t set revoked_at = $2
     from vault_object o join vault_key k on k.id = o.key_id
     where o.id = t.ref and k.owner_kind = 'dossier' and k.owner_id = any($1::uuid[]) and t.revoked_at is null`,
    [dossierIds, now],
  );
}

/** The registry is not asked about these dossiers any more: what it might still tell could not be sealed, and would hold up the answers about others. A poll under way
 *  finds its watch gone and leaves the dossier out. */
export async function endRegistryPolls(tx: Tx, dossierIds: readonly string[]): Promise<void> {
  await tx.execute(`delete from registry_watch where dossier_id = any($1::uuid[])`, [dossierIds]);
}
