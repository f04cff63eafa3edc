import type { Command } from '#dossier';
import { sha256 } from '#platform';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Floor } from './floor';

const DECISIONS_PATH = /^\/api\/v1\/dossiers\/([^/]+)\/decisions$/;
const FILES_PATH = /^\/files\/([\w-]+)$/;

interface DecisionBody {
  decision: Extract<Command, { kind: 'decide' }>['decision'];
  decidedAt: string;
  officer?: object;
  note?: string;
  oneStopCode?: string;
}

/** The one-stop's side of our API by hand: `/oauth/token` and decisions (store, then 202); and `/files/{ref}` for the portal. */
export function floorServer(floor: Floor, onFatal: (error: unknown) => void): Server {
  return createServer((request, response) => {
    answer(floor, request, response).catch((error: unknown) => {
      response.writeHead(500).end();
      onFatal(error);
    });
  });
}

async function answer(floor: Floor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://floor').pathname;
  const body = await bodyOf(request);
  const [, file] = FILES_PATH.exec(path) ?? [];
  const [, code] = DECISIONS_PATH.exec(path) ?? [];
  if (file !== undefined) return sendFile(response, floor.content(file));
  if (path === '/oauth/token')
    return send(response, 200, { access_token: 'floor', token_type: 'Bearer', expires_in: 900 });
  if (code === undefined) return send(response, 404, { code: 'not-found' });
  await decide(floor, decodeURIComponent(code), JSON.parse(body) as DecisionBody, response);
}

async function decide(floor: Floor, code: string, body: DecisionBody, response: ServerResponse): Promise<void> {
  const state = floor.findByCode(code);
  if (!state) return send(response, 404, { code: 'dossier-unknown' });
  const { decision, decidedAt, oneStopCode, officer, note } = body;
  const row = floor.row(state.id, 'officer', Buffer.from(JSON.stringify({ ...officer, note })));
  const verdict = await floor.tell(
    state.id,
    { kind: 'decide', decision, decidedAt, oneStopCode, officerRef: row.id, registration: 'none' },
    { contents: [row] },
  );
  if ('conflict' in verdict) return send(response, 409, { code: verdict.conflict.code });
  send(response, 202, { id: row.id, dossierId: state.id });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendFile(response: ServerResponse, bytes: Buffer): void {
  const digest = `sha-256=${sha256(bytes).toString('base64')}`;
  response.writeHead(200, { 'content-type': 'application/pdf', digest }).end(bytes);
}
