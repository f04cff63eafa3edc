import { connect } from 'node:net';

const TIMEOUT_MS = 2_000;

/** Whether a Kafka broker on 127.0.0.1 answers the ApiVersions request (key 18, version 0) without an error.
 *  The port of a starting broker opens before it serves requests. */
export async function answersApiVersions(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(TIMEOUT_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('connect', () => socket.write(apiVersionsRequest()));
    // Answer: size int32, correlation id int32, error code int16, …
    socket.once('data', (chunk) => end(chunk.length >= 10 && chunk.readInt16BE(8) === 0));
  });
}

function apiVersionsRequest(): Buffer {
  const clientId = Buffer.from('lienthong-stack');
  const body = Buffer.alloc(10 + clientId.length);
  body.writeInt16BE(18, 0);
  body.writeInt16BE(0, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(clientId.length, 8);
  clientId.copy(body, 10);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}
