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
  s3: {endpoint: process.env.AWS_ENDPOINT_URL_S3, s3ForcePathStyle: true, signatureVersion: 'v4'},
});

const DynamoDB = AWS.DynamoDB;
AWS.DynamoDB = function (options) {
  return new DynamoDB({...options, endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB});
};
Object.assign(AWS.DynamoDB, DynamoDB, {DocumentClient: DynamoDB.DocumentClient, Converter: DynamoDB.Converter});
