# One image for gateway, worker, simulators and the migrate job; docker-compose.yml says which it is.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY apps ./apps
COPY libs ./libs
COPY bench ./bench
COPY scripts/build-verifier.mjs ./scripts/
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY config ./config
# Owns nothing in /app: a process that is taken over cannot change the program.
RUN useradd --system --uid 10001 --no-create-home lienthong
USER 10001
EXPOSE 3000
CMD ["node", "--max-semi-space-size=16", "--initial-old-space-size=64", "dist/apps/gateway/main.js"]
