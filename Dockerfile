# One image for all of Eyrie: the command says which part runs.
#   docker build -t eyrie .
#   docker run --rm -p 127.0.0.1:5000:5000 eyrie up --host 0.0.0.0
#   docker run --rm --cap-add NET_RAW --network host eyrie up -i eth0
FROM node:24-bookworm-slim AS made
WORKDIR /eyrie
COPY . .
# What is published, then only what that needs: no compiler, no test, no second Node.
RUN npm ci && npm run pack \
  && npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/@eyrie node_modules/node-linux-* node_modules/.bin/node \
  && mv dist/packages node_modules/@eyrie \
  && node node_modules/@eyrie/cli/bin/postinstall.js

FROM node:24-bookworm-slim
# tcpdump reads interfaces for us. It has the right to, so that we need none; that right holds only in a container that was
# given NET_RAW.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tcpdump libcap2-bin \
  && setcap cap_net_raw=eip /usr/bin/tcpdump \
  && apt-get purge -y libcap2-bin && apt-get autoremove -y \
  && rm -rf /var/lib/apt/lists/*
COPY --from=made /eyrie/node_modules /opt/eyrie/node_modules
COPY deploy/compose/member /opt/eyrie/member
COPY --from=made /eyrie/LICENSE /eyrie/dist/eyrie.cdx.json /opt/eyrie/
RUN ln -s /opt/eyrie/node_modules/@eyrie/cli/bin/eyrie.js /usr/local/bin/eyrie \
  && install -d -o node -g node -m 700 /data /logs /invitations
USER node
WORKDIR /data
ENV XDG_DATA_HOME=/data XDG_STATE_HOME=/data XDG_CACHE_HOME=/tmp EYRIE_HOME=/data/eyrie EYRIE_LOG_FOLDER=/logs
VOLUME ["/data", "/logs"]
ENTRYPOINT ["eyrie"]
CMD ["--help"]
