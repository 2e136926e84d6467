// A collector for tests: OTLP over HTTP or gRPC on gRPC's own JavaScript implementation and the message types of
// OpenTelemetry's JavaScript exporters. What it is sent it appends to a file, a JSON object a line, before it answers.
//
//   node otlp_server.js NODE_MODULES PORT FILE http|grpc [CERTIFICATE KEY [CLIENT_AUTHORITY]]
'use strict';
const fs = require('fs');
const path = require('path');

const [, , modules, port, file, kind, certificate, key, authority] = process.argv;
const { opentelemetry } = require(
  path.resolve(modules, '@opentelemetry/otlp-transformer/build/src/generated/root.js'));
const { ExportMetricsServiceRequest, ExportMetricsServiceResponse } =
  opentelemetry.proto.collector.metrics.v1;

const plain = (message) =>
  ExportMetricsServiceRequest.toObject(message, { longs: String, enums: Number });
const keep = (headers, request) => fs.appendFileSync(file, JSON.stringify({ headers, request }) + '\n');

if (kind === 'http') {
  const answer = (request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      if (request.url !== '/v1/metrics' || request.method !== 'POST') {
        response.writeHead(404).end();
        return;
      }
      const isJson = request.headers['content-type'] === 'application/json';
      keep(request.headers, isJson ? JSON.parse(body) : plain(ExportMetricsServiceRequest.decode(body)));
      response.writeHead(200, { 'Content-Type': request.headers['content-type'] });
      response.end(isJson ? '{}' : Buffer.from(ExportMetricsServiceResponse.encode({}).finish()));
    });
  };
  const server = certificate
    ? require('https').createServer({
      cert: fs.readFileSync(certificate),
      key: fs.readFileSync(key),
      ca: authority && fs.readFileSync(authority),
      requestCert: Boolean(authority),
      rejectUnauthorized: Boolean(authority),
    }, answer)
    : require('http').createServer(answer);
  server.listen(Number(port), '127.0.0.1');
} else {
  const grpc = require(path.resolve(modules, '@grpc/grpc-js'));
  const server = new grpc.Server();
  server.addService({
    Export: {
      path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      requestStream: false,
      responseStream: false,
      requestDeserialize: (bytes) => ExportMetricsServiceRequest.decode(bytes),
      requestSerialize: (message) => Buffer.from(ExportMetricsServiceRequest.encode(message).finish()),
      responseDeserialize: (bytes) => ExportMetricsServiceResponse.decode(bytes),
      responseSerialize: (message) => Buffer.from(ExportMetricsServiceResponse.encode(message).finish()),
    },
  }, {
    Export: (call, done) => {
      const headers = call.metadata.getMap();
      if (headers['please-fail']) {
        done({ code: grpc.status.PERMISSION_DENIED, details: 'not you, 100%' });
        return;
      }
      keep(headers, plain(call.request));
      const partialSuccess = headers['please-reject'] ? { rejectedDataPoints: 3, errorMessage: 'too old' } : undefined;
      done(null, { partialSuccess });
    },
  });
  const credentials = certificate
    ? grpc.ServerCredentials.createSsl(
      authority ? fs.readFileSync(authority) : null,
      [{ cert_chain: fs.readFileSync(certificate), private_key: fs.readFileSync(key) }],
      Boolean(authority))
    : grpc.ServerCredentials.createInsecure();
  server.bindAsync('127.0.0.1:' + port, credentials, (error) => {
    if (error) throw error;
  });
}
