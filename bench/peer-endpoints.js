// For the Node tools that are measured beside ours: sends their AWS SDK to local servers, over plain http.
const http = require('http');
const https = require('https');
const path = require('path');
const modules = path.join(process.env.PEER, 'node_modules');

https.Agent = http.Agent;
try {
  require(path.join(modules, 'agentkeepalive')).HttpsAgent = require(path.join(modules, 'agentkeepalive'));
} catch (absent) {
  // This tool does without.
}
const AWS = require(path.join(modules, 'aws-sdk'));
AWS.config.update({
  accessKeyId: 'local',
  secretAccessKey: 'local',
  dynamodb: {endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB},
  s3: {endpoint: process.env.AWS_ENDPOINT_URL_S3, s3ForcePathStyle: true, signatureVersion: 'v4'},
});
