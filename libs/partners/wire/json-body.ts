/** UTF-8 JSON of a message. Undefined members are left out. */
export function jsonBody(message: object): Buffer {
  return Buffer.from(JSON.stringify(message), 'utf8');
}
