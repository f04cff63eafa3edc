import { AppError } from '#platform';

export interface ClientCredentials {
  clientId: string;
  /** Absent when a client certificate stands in its place. */
  clientSecret?: string;
}

export interface OtherProof {
  /** Header of the request. */
  authorization: string | undefined;
  /** The connection shows a client certificate. */
  hasCertificate: boolean;
}

const MAX_TEXT = 256;

/** Client and secret of a token request: Basic, or the body, never both (RFC 6749 §2.3); with a client certificate the client alone (RFC 8705 §2).
 *  @param form a form body as parsed; anything else is refused
 *  @throws AppError 400 `grant-type-not-supported` or `request-invalid`, 401 `client-not-accepted`, each with OAuth's `error` member */
export function clientCredentials(form: unknown, { authorization, hasCertificate }: OtherProof): ClientCredentials {
  const fields = textsOf(form);
  if (fields.grant_type === undefined) throw oauthError('invalid_request', 'request-invalid', 400, 'grant_type');
  if (fields.grant_type !== 'client_credentials') {
    throw oauthError('unsupported_grant_type', 'grant-type-not-supported', 400, 'grant_type');
  }
  const basic = authorization === undefined ? undefined : basicOf(authorization);
  if (basic && fields.client_secret !== undefined)
    throw oauthError('invalid_request', 'request-invalid', 400, 'client_secret');
  const { clientId, clientSecret } = basic ?? { clientId: fields.client_id, clientSecret: fields.client_secret };
  if (clientSecret === undefined && hasCertificate) return { clientId: credential(clientId) };
  return { clientId: credential(clientId), clientSecret: credential(clientSecret) };
}

function credential(text: string | undefined): string {
  if (!text || text.length > MAX_TEXT) throw oauthError('invalid_client', 'client-not-accepted', 401, 'client_id');
  return text;
}

export function oauthError(error: string, code: string, status: number, field?: string): AppError {
  return new AppError({
    code,
    disposition: 'refuse',
    status,
    field,
    detail: 'see RFC 6749 for what a token request holds',
    extra: { error },
  });
}

function textsOf(form: unknown): Record<string, string | undefined> {
  if (typeof form !== 'object' || form === null) throw oauthError('invalid_request', 'request-invalid', 400);
  return form as Record<string, string | undefined>;
}

/** Both parts are form-encoded before they are joined (RFC 6749 §2.3.1); a plain one reads the same unless it holds % or +. */
function basicOf(header: string): Partial<ClientCredentials> {
  const match = /^Basic ([A-Za-z0-9+/=_-]{1,1024})$/i.exec(header);
  const [id, ...secret] = Buffer.from(match?.[1] ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return { clientId: formDecoded(id), clientSecret: formDecoded(secret.join(':')) };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
