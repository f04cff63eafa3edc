/** The body of `add-checkpoint` (C2SP tlog-witness).
 *  @param oldSize of the tree that the witness has signed last; 0 for none
 *  @param proof that this tree is the begin of the checkpoint's; nothing for size 0
 *  @param note the checkpoint with its signatures */
export function addCheckpointBody(oldSize: number, proof: readonly Uint8Array[], note: string): string {
  const hashes = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
  return `old ${oldSize}\n${hashes.join('')}\n${note}`;
}
