# syntax=docker/dockerfile:1
# Images of Ardea: `--target simulator` for the Plaid simulator, the last stage for api, worker, migrate and setup, which
# differ by their command only. Debian, because Temporal's native part is built for glibc. Node 24 is the current LTS; give
# NODE_IMAGE with a newer patch or a digest.
ARG NODE_IMAGE=node:24.19.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY scripts scripts
COPY migrations migrations
COPY local local
COPY bench bench
COPY simulator simulator
COPY src src
COPY docs/openapi.json docs/openapi.json
COPY dashboard dashboard
RUN npm run build \
 && npm prune --omit=dev --no-audit --no-fund \
 # Temporal's native part comes for five platforms; this image has one.
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} + \
 && rm -rf dist/local dist/bench dist/scripts dist/dashboard-api dist/.tsbuildinfo dist/.built-from.json

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
USER node
# Node runs as process 1 and handles SIGTERM itself: no npm and no shell in between.

FROM runtime AS simulator
USER root
RUN install -d -o node -g node /data
USER node
COPY --from=build /app/dist/simulator dist/simulator
ENV SIMULATOR_HOST=0.0.0.0 SIMULATOR_DATA_DIR=/data
EXPOSE 3002
CMD ["node", "dist/simulator/main.js"]

FROM runtime AS ardea
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/migrations dist/migrations
COPY --from=build /app/dist/workflow-bundle.js dist/workflow-bundle.js
COPY --from=build /app/dist/dashboard dist/dashboard
EXPOSE 3000 3001
CMD ["node", "dist/src/api/main.js"]
