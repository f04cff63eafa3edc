import type { Vault, VaultDraft } from '#access';
import { codeOf, type Log } from '#platform';
import type { AttachmentSink, DecodeResult, DossierSource, RawBytes } from '../ports';

/** A large message that was read: its bytes and its large files are in the vault and belong to nobody yet (`discardDrafts`). */
export interface DecodedMessage {
  raw: VaultDraft;
  decoded: DecodeResult;
}

export interface DecodeMessageDeps {
  source: Pick<DossierSource, 'decodeLarge'>;
  vault: Pick<Vault, 'beginDraft' | 'discardDrafts'>;
  log: Log;
}

/** Reads a large message in constant memory, keeping its bytes on the way: they are the evidence, and what a rerun runs again.
 *  @throws what the reading or the vault failed of; nothing of the message is left then but what a later sweep removes */
export async function decodeMessage(raw: AsyncIterable<Uint8Array>, deps: DecodeMessageDeps): Promise<DecodedMessage> {
  const kept = deps.vault.beginDraft();
  const discard: AttachmentSink['discard'] = (refs) => discardRefs(refs, deps);
  const files: string[] = [];
  const begin: AttachmentSink['begin'] = () => {
    const writer = deps.vault.beginDraft();
    files.push(writer.ref);
    return writer;
  };
  try {
    const decoded = await deps.source.decodeLarge(
      keeping(raw, (bytes) => kept.write(bytes)),
      { begin, discard },
    );
    return { raw: await kept.finish(), decoded };
  } catch (error) {
    await discard([kept.ref, ...files]);
    throw error;
  }
}

async function* keeping(
  raw: AsyncIterable<Uint8Array>,
  keep: (bytes: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of raw) {
    await keep(bytes);
    yield bytes;
  }
}

/** What is not removed now has no key any more; the sweep of old drafts removes it. */
export async function discardRefs(
  refs: readonly string[],
  { vault, log }: Pick<DecodeMessageDeps, 'vault' | 'log'>,
): Promise<void> {
  try {
    await vault.discardDrafts(refs);
  } catch (error) {
    log.warn('intake.drafts-not-discarded', { count: refs.length, code: codeOf(error) });
  }
}

/** A stored message as the source gave it: whole when small, else as a stream. @throws as `Vault.openStream` */
export async function storedMessage(vault: Pick<Vault, 'openStream'>, ref: string): Promise<RawBytes> {
  const reading = await vault.openStream(ref);
  if (reading.isLarge) return reading.chunks();
  for await (const bytes of reading.chunks()) return bytes;
  return Buffer.alloc(0);
}
