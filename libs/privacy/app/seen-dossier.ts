import { findDossierId, type DossierState } from '#dossier';
import { AppError, type Queryable } from '#platform';

/** A dossier that somebody may see, by any of its codes.
 *  @throws AppError 404 `dossier-unknown`, for another commune's dossier too: the answer does not tell that it exists */
export async function seenDossier(tx: Queryable, code: string, units: readonly string[] | null): Promise<DossierState> {
  const id = await findDossierId(tx, code);
  const [row] =
    id === null
      ? []
      : await tx.query<{ projection: DossierState }>(
          `select projection from dossier where id = $1 and ($2::text[] is null or unit = any($2))`,
          [id, units],
        );
  if (row) return row.projection;
  throw new AppError({
    code: 'dossier-unknown',
    disposition: 'refuse',
    status: 404,
    field: 'code',
    detail: 'no dossier with this code',
  });
}
