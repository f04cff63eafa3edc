/** Whoever rules the host, as the sync log names them. */
export const HOST = { id: 'host', type: 'system' } as const;
