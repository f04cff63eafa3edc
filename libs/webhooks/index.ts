export { keyFilePath, readKeyFile, rotateKeyFile } from './adapters/key-file';
export { loadWebhooks } from './adapters/load-webhooks';
export { readWebhooks, type WebhookStatus } from './app/read-webhooks';
export { resumeWebhook, stopWebhook } from './app/stop-webhook';
export { WebhookLine } from './app/webhook-line';
export type { Posted } from './domain/judge-post';
export { keyIdOf, receiverText } from './domain/webhook-keys';
export type { Webhook } from './domain/webhook';
export type { PostRequest, WebhookPort } from './ports';
