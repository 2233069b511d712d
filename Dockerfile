# docker build -t throughline .
# docker run -p 8080:8080 -v throughline:/data throughline
FROM node:24-bookworm-slim AS build
WORKDIR /app
# Dependencies first: this layer is built again only when the lock file changes.
COPY package.json package-lock.json .npmrc ./
COPY sdk/package.json sdk/
RUN npm ci
COPY . .
RUN node sdk/build.mjs \
 && node node_modules/vite/bin/vite.js build web \
 && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/src src
COPY --from=build /app/blueprints blueprints
COPY --from=build /app/sdk sdk
COPY --from=build /app/web/dist web/dist
RUN mkdir /data && chown node:node /data

ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/src/cli/main.ts"]
CMD ["start"]
