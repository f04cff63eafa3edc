import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PaperText } from '../cases/paper-marks';
import type { Reply } from './reply';

/** Into so many portions a dripping answer is cut. */
const DRIPS = 20;

export interface Answer {
  readonly reply: Reply;
  /** The body trickles over this time; at once where it is absent. */
  readonly dripMs?: number;
}

/** Below this a body is written at once, papers and all. */
const SMALL_BODY_BYTES = 256 * 1024;

/** Writes an answer: as one text, piece by piece where it holds large papers, or in portions over a time. */
export async function writeReply(response: ServerResponse, { reply, dripMs }: Answer): Promise<void> {
  const body = bodyOf(reply);
  const contentType = reply.raw?.contentType ?? 'application/json; charset=utf-8';
  const headers = { 'content-type': contentType, 'content-length': body.byteLength, ...reply.headers };
  response.writeHead(reply.status, headers);
  if (dripMs !== undefined) return drip(response, Buffer.concat([...body.pieces()].map(bytesOf)), dripMs);
  if (body.byteLength < SMALL_BODY_BYTES) return void response.end([...body.pieces()].join(''));
  // The caller may hang up in the middle of a large answer: that is its business.
  await pipeline(Readable.from(body.pieces()), response).catch(() => response.destroy());
}

interface Body {
  readonly byteLength: number;
  pieces(): Iterable<string | Buffer>;
}

function bodyOf({ raw, json, papers }: Reply): Body {
  const text = raw?.text ?? (json === undefined ? '' : JSON.stringify(json));
  if (papers !== undefined) return new PaperText(text, papers);
  return { byteLength: Buffer.byteLength(text), pieces: () => [text] };
}

function bytesOf(piece: string | Buffer): Buffer {
  return typeof piece === 'string' ? Buffer.from(piece) : piece;
}

function drip(response: ServerResponse, body: Buffer, overMs: number): void {
  response.flushHeaders();
  const portion = Math.max(1, Math.ceil(body.length / DRIPS));
  let at = 0;
  const timer = setInterval(
    () => {
      response.write(body.subarray(at, at + portion));
      at += portion;
      if (at < body.length) return;
      clearInterval(timer);
      response.end();
    },
    overMs / Math.ceil(body.length / portion),
  );
  response.on('close', () => clearInterval(timer));
}
