import { comparableText, isTooLongToRead } from '#platform';
import { classifyText } from '../replies/classify-text';
import type { ReplyTable } from '../replies/reply-rules';

/** Of the rules of the reply table those of what is compared. */
const COMPARED = 'compare-dossier';

/** Whether a look-up says that it was made: a code of success is none without its text (codes-and-statuses.md §9.10). */
export function saysDone(replies: ReplyTable, message: string, code?: string): boolean {
  return classifyText(replies, 'look-up', [message], code).outcome === 'accepted';
}

/** Whether a message says that there is no such dossier, and nothing else: without the code that was asked for and without punctuation it is one of the
 *  configured phrases. */
export function saysNoSuchDossier(replies: ReplyTable, message: string, asked: string): boolean {
  if (isTooLongToRead([message])) return false;
  const text = wordsOf(comparableText(message).replaceAll(comparableText(asked), ' '));
  return replies.rules.some(
    ({ operations, outcome, phrase }) =>
      operations.includes(COMPARED) && outcome === 'refused' && wordsOf(phrase) === text,
  );
}

function wordsOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}
