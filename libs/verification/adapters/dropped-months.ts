/** Archived months that are no longer in the database. One that is noted and still there, of a run that broke off, was not dropped: all its
 *  entries have to be there. To be read with `from`. */
export const DROPPED_MONTHS = `(
  select a.* from synclog_archive a where not exists (select 1 from synclog_month m where m.month = a.month)
) dropped`;

/** Facts from before this may have had their entry in a dropped month; null where none was dropped. An entry gets its id a moment before or after its
 *  fact: the last hour before the border may be on either side. */
export const LOG_DROPPED_UNTIL = `(select max(until_at) + interval '1 hour' from ${DROPPED_MONTHS})`;
