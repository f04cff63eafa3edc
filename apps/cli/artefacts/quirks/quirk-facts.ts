/** Systems that this version speaks with. */
export type ConnectedSystem = 'DVCLT' | 'hộ tịch' | 'portal' | 'one-stop';

/** One oddity of the outside systems, and how the gateway meets it. */
export interface QuirkFact {
  id: string;
  /** What it is. */
  quirk: string;
  /** Where the gateway meets it; empty when none of the connected systems has it. */
  systems: readonly ConnectedSystem[];
  /** How it is met, or which system has it when none of ours does. */
  answer: string;
  /** Files that do it, relative to the root; the generator refuses one that is not there. */
  where: readonly string[];
}

const ALL: readonly ConnectedSystem[] = ['DVCLT', 'hộ tịch', 'portal', 'one-stop'];

/** Q01 to Q22. */
const FIRST: readonly QuirkFact[] = [
  {
    id: 'Q01',
    quirk: 'HTTP 200 with an error inside; success is told by a Vietnamese text',
    systems: ALL,
    answer:
      'The message fields of each answer are classified by a versioned table, together with the answer’s own code. The HTTP status alone decides nothing; a success beside a word of failure is `unknown`.',
    where: ['libs/partners/replies/classify-text.ts', 'config/replies/dvclt.yaml'],
  },
  {
    id: 'Q02',
    quirk: '1 is success in one system and 0 in the next; codes come as numbers or as text',
    systems: ALL,
    answer: 'Each adapter reads its own code, as number or text; no code of one system is known to another.',
    where: [
      'libs/partners/wire/fields.ts',
      'libs/partners/dvcqg/portal-reply.ts',
      'libs/partners/hotich/submit-reply.ts',
    ],
  },
  {
    id: 'Q03',
    quirk: 'An ended token or session is reported inside HTTP 200',
    systems: ALL,
    answer:
      'Each adapter knows how its partner says so. Nothing was applied: the token is renewed and the call repeated exactly once.',
    where: ['libs/partners/http/partner-call.ts', 'libs/partners/dvcqg/portal-client.ts'],
  },
  {
    id: 'Q04',
    quirk: 'A token dies before its time, and there is no refresh token',
    systems: ALL,
    answer: 'HTTP 401 renews once; all calls that wait share one log-in; a second 401 waits as a retry.',
    where: ['libs/partners/http/token-source.ts', 'libs/partners/http/partner-call.ts'],
  },
  {
    id: 'Q05',
    quirk: 'Two tokens per call: Bearer and `lgspaccesstoken`',
    systems: ['hộ tịch'],
    answer: 'The client of hộ tịch puts both headers on every call, from its own configuration.',
    where: ['libs/partners/hotich/registry-client.ts'],
  },
  {
    id: 'Q06',
    quirk: 'A static secret in the query or in the body',
    systems: [],
    answer:
      'Criminal records (LLTP), social assistance and the social insurance gateway have it; none of them is connected.',
    where: [],
  },
  {
    id: 'Q07',
    quirk: 'Text in text in text: JSON, in it JSON, in it XML, in it base64',
    systems: ['DVCLT'],
    answer:
      'Decoding goes stage by stage; each stage is kept sealed, and a failure names its stage. Depth, size and time are bounded; entities are never expanded.',
    where: ['libs/partners/dvclt/decode/decode-detail.ts', 'libs/partners/dvclt/decode/declaration-xml.ts'],
  },
  {
    id: 'Q08',
    quirk: '`ketQuaXuLy` is text in one system and an object in the next',
    systems: ['DVCLT', 'hộ tịch'],
    answer: 'hộ tịch’s result is read in both forms; DVCLT gets JSON as text.',
    where: ['libs/partners/hotich/registration-result.ts', 'libs/partners/dvclt/result-message.ts'],
  },
  {
    id: 'Q09',
    quirk: 'Ten forms of dates, partial dates, trailing spaces, no zone',
    systems: ALL,
    answer:
      'One type for whole and partial dates reads every form and refuses days that do not exist. What is written has the form of its field, and a partial date only goes as far as it is known.',
    where: ['libs/partners/wire/dates.ts'],
  },
  {
    id: 'Q10',
    quirk: 'The same dossier is listed until it is acknowledged; the acknowledgement gets lost',
    systems: ['DVCLT'],
    answer:
      'The acknowledgement is a delivery of its own, caused by the committed event, harmless to repeat. What is listed again is found by its code and acknowledged again.',
    where: ['libs/intake/app/poll-dossier-source.ts', 'libs/intake/domain/judge-listing.ts'],
  },
  {
    id: 'Q11',
    quirk: 'The same code again is a supplement or a duplicate, without a version',
    systems: ['DVCLT'],
    answer:
      'Decided by the state of the dossier and the digests of all contents we hold: held → acknowledged again, new while a supplement is awaited → the supplement, new otherwise → a conflict for a person.',
    where: ['libs/dossier/domain/accept.ts'],
  },
  {
    id: 'Q12',
    quirk: 'A repeated push is answered with an error that means success',
    systems: ['DVCLT', 'hộ tịch', 'portal'],
    answer: '“Đã được tiếp nhận”, “đã tồn tại” and the texts that prove a state are rules of their own, by operation.',
    where: ['config/replies/hotich.yaml', 'config/replies/dvcqg.yaml', 'libs/partners/dvclt/judge-answer.ts'],
  },
  {
    id: 'Q13',
    quirk: 'No idempotency key anywhere: after a lost answer nobody knows what happened',
    systems: ALL,
    answer:
      'The outcome is `unknown`. It is resolved by a harmless repeat of the same bytes, by asking the partner, or by a person; never by blind repetition.',
    where: ['libs/delivery/domain/decide-next.ts', 'docs/explanation/unknown-outcomes.md'],
  },
  {
    id: 'Q14',
    quirk: 'The order of statuses is enforced; a missing step blocks the later ones',
    systems: ['DVCLT'],
    answer:
      'Statuses are planned from journal facts, in a lane that keeps their order. Where DVCLT says that an earlier step is missing, that step goes out once more from its fact in the journal; where the journal has none, nothing is made up and a person looks.',
    where: ['libs/dossier/domain/react.ts', 'libs/delivery/app/supply-earlier-steps.ts'],
  },
  {
    id: 'Q15',
    quirk: 'A conflict with a final state (“đã trả kết quả, không được cập nhật trạng thái”)',
    systems: ['DVCLT'],
    answer:
      'A proven later state on the path settles the step as already applied; a state of another branch is a discrepancy for a person.',
    where: ['libs/partners/dvclt/judge-answer.ts'],
  },
  {
    id: 'Q16',
    quirk: 'Unknown codes are absent from a batch answer, or present with a meaningless status',
    systems: ['hộ tịch'],
    answer:
      'Rows are matched by code, never by position; a meaningless status is no report; two rows that contradict each other count as none. A push that is absent for longer than `absentDiscrepancyMs` is a discrepancy, once.',
    where: ['libs/partners/hotich/result-rows.ts'],
  },
  {
    id: 'Q17',
    quirk: 'Batches with lists of successes and of errors per row',
    systems: [],
    answer: 'VNPT iGate’s own wrappers have it; they are not connected. One write call of ours carries one dossier.',
    where: [],
  },
  {
    id: 'Q18',
    quirk: 'Batch limits that are only known by practice (3 at hộ tịch, 10 progress rows at the portal)',
    systems: ['hộ tịch', 'portal'],
    answer:
      'The size of a poll is configuration (`limits.batch`); a refused poll is halved, and the size that was answered is kept. A write carries one row.',
    where: ['libs/intake/app/poll-registry.ts', 'config/partners/hotich.yaml'],
  },
  {
    id: 'Q19',
    quirk: 'Completed without a file; the file comes in a later poll',
    systems: ['hộ tịch'],
    answer:
      'Without file or, at birth, without number there is no result yet: the dossier stays, the poll goes on, and nobody is told.',
    where: ['libs/partners/hotich/registration-result.ts', 'libs/dossier/domain/accept-registry-report.ts'],
  },
  {
    id: 'Q20',
    quirk: 'Files inline as base64, or by an address that the far side fetches',
    systems: ['DVCLT', 'hộ tịch', 'portal', 'one-stop'],
    answer:
      'Files go sealed into the vault at once. The portal gets links of our own that stay alive, expire and can be revoked.',
    where: ['apps/gateway/use-cases/fetch-file.ts', 'libs/partners/dvcqg/portal-dossier.ts'],
  },
  {
    id: 'Q21',
    quirk: 'A refusal for size without a documented limit',
    systems: ['DVCLT', 'hộ tịch', 'one-stop'],
    answer:
      'A body above the configured `limits.maxRequestBytes` is not sent and becomes a dead letter with its reason: repeating could not help.',
    where: ['libs/partners/http/partner-call.ts'],
  },
  {
    id: 'Q22',
    quirk: 'Withdrawn files are still listed',
    systems: ['DVCLT'],
    answer: 'They are kept in our content and left out of everything that is forwarded.',
    where: ['libs/partners/dvclt/decode/detail-files.ts', 'libs/partners/hotich/registration-push.ts'],
  },
];

/** Q23 to Q45. */
const SECOND: readonly QuirkFact[] = [
  {
    id: 'Q23',
    quirk: 'Required fields are padded with “Không có thông tin”, empty ones refused',
    systems: ['DVCLT'],
    answer:
      'Empty members are left out and nothing is padded; what is required and missing goes to a person before anything is sent.',
    where: ['libs/partners/dvclt/result-message.ts'],
  },
  {
    id: 'Q24',
    quirk: 'Several validation messages glued into one text, the request echoed back',
    systems: ['hộ tịch'],
    answer: 'The text is taken apart into field and problem; echoes are never read, stored as reason or logged.',
    where: ['libs/partners/hotich/validation-messages.ts', 'libs/partners/hotich/submit-reply.ts'],
  },
  {
    id: 'Q25',
    quirk: 'Misspelt names (`error_code0`, `showIntputSendEnable`, `List_Suss`, `TenDonvi`)',
    systems: [],
    answer: 'Platforms and wrappers that are not connected have them.',
    where: [],
  },
  {
    id: 'Q26',
    quirk: 'Casing differs by system and by end-point',
    systems: ALL,
    answer:
      'Each message is written out, field by field, in its adapter; no name is made from another, and a foreign name is never passed on unseen.',
    where: ['libs/partners/hotich/declaration-fields.ts', 'libs/partners/dvcqg/portal-dossier.ts'],
  },
  {
    id: 'Q27',
    quirk: 'Booleans as "True"/"False", 0/1, "0"/"1"',
    systems: ['portal', 'DVCLT'],
    answer: 'Written exactly as the service wants them; read leniently.',
    where: ['libs/partners/dvcqg/dvcqg-adapter.ts', 'libs/partners/dvclt/decode/detail-files.ts'],
  },
  {
    id: 'Q28',
    quirk: 'Integers that lose their leading zeros',
    systems: ['DVCLT'],
    answer:
      'Commune codes are padded to five digits and resolved by the dated cross-walk; what is ambiguous goes to quarantine.',
    where: ['libs/intake/domain/unit-cross-walk.ts', 'config/units.yaml'],
  },
  {
    id: 'Q29',
    quirk: 'Lists without pages, cursor or total',
    systems: ['DVCLT'],
    answer:
      'The whole list is judged by code at each poll; a list longer than `limits.maxListItems` is taken in turns, and a long one is stored in batches.',
    where: ['libs/partners/dvclt/dvclt-source.ts', 'libs/intake/app/poll-dossier-source.ts'],
  },
  {
    id: 'Q30',
    quirk: 'An HTML page, a SOAP fault or “server error” in place of JSON',
    systems: ALL,
    answer: 'No answer: a write is `unknown`, a read is tried again, a list is never taken for an empty one.',
    where: ['libs/partners/http/partner-call.ts'],
  },
  {
    id: 'Q31',
    quirk: 'Addresses are allowed by list: an error code, or silence',
    systems: ['hộ tịch'],
    answer:
      'The code means that nothing was applied: it waits. Silence ends at the connect limit (nothing written) or at the call’s deadline (`unknown`).',
    where: ['config/replies/hotich.yaml', 'libs/partners/http/connecting-agent.ts'],
  },
  {
    id: 'Q32',
    quirk: '429 and quotas',
    systems: ALL,
    answer: '`Retry-After` is honoured as given; otherwise back-off with full jitter.',
    where: ['libs/partners/http/retry-after.ts', 'libs/delivery/domain/back-off.ts'],
  },
  {
    id: 'Q33',
    quirk: 'A GET that carries a JSON body',
    systems: ['DVCLT'],
    answer: 'The list is asked for with `{}` in the body, as DVCLT’s clients do.',
    where: ['libs/partners/dvclt/dvclt-source.ts'],
  },
  {
    id: 'Q34',
    quirk: 'Retry storms: fixed periods, everything unfinished sent again, no back-off',
    systems: ['DVCLT', 'hộ tịch'],
    answer:
      'Every retry backs off with full jitter and ends in a dead letter; a poll has one turn at a time; calls at once are limited per partner.',
    where: ['libs/delivery/domain/back-off.ts', 'libs/intake/app/poll-dossier-source.ts'],
  },
  {
    id: 'Q35',
    quirk: 'Empty elements instead of absent ones; names in capitals, a whole name in one element',
    systems: ['DVCLT'],
    answer:
      'An empty element counts as absent and is kept as it came; names are forwarded as written and never compared.',
    where: ['libs/partners/wire/fields.ts', 'libs/partners/hotich/registry-declaration.ts'],
  },
  {
    id: 'Q36',
    quirk: 'Line breaks come back as a bare “n” or “u000a”',
    systems: ['hộ tịch'],
    answer:
      'Field names are found at the end of what precedes a complaint, so that a lost line break does not hide them; the raw answer is kept sealed.',
    where: ['libs/partners/hotich/validation-messages.ts'],
  },
  {
    id: 'Q37',
    quirk: 'Catalogues drift: codes are valid on one side only, after mergers above all',
    systems: ALL,
    answer:
      'Units, procedure codes and field catalogues are dated data; `precheck` warns of, or stops, what hộ tịch would refuse, naming the field.',
    where: ['libs/partners/hotich/precheck.ts', 'config/units.yaml'],
  },
  {
    id: 'Q38',
    quirk: 'A dossier is synchronised in two calls, create and then update',
    systems: ['portal'],
    answer:
      'Both calls are one step: an accepted create is followed at once by an update with the same content (`updateAfterCreate`). “Đã tồn tại” to a create is proof that the dossier is there, and an update follows.',
    where: ['libs/partners/dvcqg/portal-reply.ts', 'libs/partners/dvcqg/dvcqg-adapter.ts'],
  },
  {
    id: 'Q39',
    quirk: 'Credentials tied to an officer or a facility; a wrong pair is accepted and filed elsewhere',
    systems: [],
    answer:
      'Population database and social insurance have it; neither is connected. A token is kept per account all the same.',
    where: [],
  },
  {
    id: 'Q40',
    quirk: 'Certificate problems, slow answers',
    systems: ALL,
    answer:
      'Certificates are always verified. One deadline covers connect, write, headers and body; a drip of bytes does not stretch it.',
    where: ['libs/partners/http/connecting-agent.ts', 'libs/partners/http/axios-http.ts'],
  },
  {
    id: 'Q41',
    quirk: '`expires_in` as seconds, a point in time or a date',
    systems: ['hộ tịch'],
    answer:
      'All forms are read and the token is renewed early; what cannot be read is not guessed, and a dead token then shows itself.',
    where: ['libs/partners/http/token-end.ts', 'libs/partners/http/token-source.ts'],
  },
  {
    id: 'Q42',
    quirk: 'Only a receipt, no way to ask for the outcome',
    systems: [],
    answer: 'The social insurance gateway has it; it is not connected.',
    where: [],
  },
  {
    id: 'Q43',
    quirk: 'Poison items that are never acknowledged and head every list',
    systems: ['DVCLT'],
    answer:
      'Each row and each item is judged alone; what cannot be taken stands in quarantine with stage, reason and responsible side, and is not fetched again while its row is unchanged.',
    where: ['libs/partners/dvclt/listed-row.ts', 'libs/intake/app/prepare-item.ts', 'libs/intake/app/quarantine.ts'],
  },
  {
    id: 'Q44',
    quirk: 'A message differs from the known one by a letter’s case or spelling',
    systems: ['DVCLT', 'hộ tịch', 'portal', 'one-stop'],
    answer:
      'Texts are compared after NFC, case folding and white space; what is still unknown is a person’s to classify and never repeated.',
    where: ['libs/partners/replies/classify-text.ts'],
  },
  {
    id: 'Q45',
    quirk: 'Area codes are empty although the address text is full',
    systems: ['DVCLT', 'hộ tịch'],
    answer:
      'The text goes on as `dcChiTiet`. A birth place without its province code is logged with the code that its text names, for review; `emptyAreaCode: resolve` takes that code over where the text names exactly one province of `areas`.',
    where: ['libs/partners/hotich/birth-province.ts', 'libs/partners/hotich/registry-address.ts'],
  },
];

/** The quirks Q01 to Q45 of the outside systems, one line each. */
export const QUIRK_FACTS: readonly QuirkFact[] = [...FIRST, ...SECOND];
