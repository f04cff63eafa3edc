// Preload of the test processes: one that is told to end because it has not ended by itself says what keeps it running. A busy machine alone
// may make jest impatient with a worker that is about to end; that one says nothing.
'use strict';

/** Standard streams and the line to the parent. */
const OWN_PIPES = 3;

function described(handle) {
  const name = handle.constructor?.name ?? typeof handle;
  if (name === 'ChildProcess') return `${name} ${handle.pid} ${handle.spawnfile}`;
  if (typeof handle.remotePort === 'number') return `${name} to port ${handle.remotePort}`;
  if (name === 'Server' && typeof handle.address === 'function') return `${name} at port ${handle.address()?.port}`;
  return name;
}

function keptBy() {
  const resources = process.getActiveResourcesInfo();
  const pipes = resources.filter((name) => name === 'PipeWrap' || name === 'TTYWrap');
  const others = resources.filter((name) => !pipes.includes(name));
  return [...pipes.slice(OWN_PIPES), ...others];
}

process.once('SIGTERM', () => {
  const kept = keptBy();
  if (kept.length === 0) process.exit(143);
  const handles = process._getActiveHandles().map(described);
  const text = `process ${process.pid} was still running: ${kept.join(', ')} (${handles.join(', ')})\n`;
  process.stderr.write(text, () => process.exit(143));
});
