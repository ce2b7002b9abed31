# One image for all services: the command says which one runs.
#   docker build -t eyrie . && docker run --rm -p 127.0.0.1:5000:5000 eyrie up --host 0.0.0.0
FROM node:24-bookworm-slim AS made
WORKDIR /eyrie
COPY . .
RUN npm ci

FROM node:24-bookworm-slim
# tcpdump captures; it may do so without root inside the container if this one is given NET_RAW.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tcpdump libcap2-bin \
  && setcap cap_net_raw,cap_net_admin=eip /usr/bin/tcpdump \
  && rm -rf /var/lib/apt/lists/*
COPY --from=made /eyrie /eyrie
RUN install -d -o node /data /logs
USER node
ENV XDG_DATA_HOME=/data XDG_STATE_HOME=/data XDG_CACHE_HOME=/tmp EYRIE_LOG_FOLDER=/logs
VOLUME ["/data", "/logs"]
ENTRYPOINT ["node", "/eyrie/packages/cli/bin/eyrie.js"]
CMD ["--help"]
