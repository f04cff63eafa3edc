import { jsonReply, type Reply } from '../server/reply';

/** `{"status":"1",…}` (CONTRACTS §1.1). */
export function onestopSuccess(statusDescription: string, rest: object = {}): Reply {
  return jsonReply(200, { status: '1', statusDescription, ...rest });
}

/** `{"status":"0","statusDescription","errorCode"}` in HTTP 200. */
export function onestopFailure(statusDescription: string, errorCode = 'VALIDATION'): Reply {
  return jsonReply(200, { status: '0', statusDescription, errorCode });
}
