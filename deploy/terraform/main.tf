# Lockstep on Lambda: a table's DynamoDB stream is repeated in replicas, kept as a folder of items on S3, or both.
# One instance of this module a table, with the provider in the stream's Region.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.22" # knows the runtime java25
    }
  }
}

data "aws_partition" "current" {}

locals {
  primary_table_arn = split("/stream/", var.stream_arn)[0]

  all = {
    replicate = {
      wanted  = length(var.replica_table_arns) > 0
      handler = "dev.lockstep.lambda.Replicate::handleRequest"
      environment = {
        LOCKSTEP_REPLICAS = join(",", var.replica_table_arns)
      }
      statements = [
        {
          actions   = ["dynamodb:BatchWriteItem", "dynamodb:DescribeTable"]
          resources = var.replica_table_arns
        },
      ]
    }
    backup = {
      wanted  = var.backup_bucket != ""
      handler = "dev.lockstep.lambda.Backup::handleRequest"
      environment = {
        BackupBucket = var.backup_bucket
        BackupPrefix = var.backup_prefix
      }
      statements = [
        {
          actions   = ["dynamodb:DescribeTable"]
          resources = [local.primary_table_arn]
        },
        {
          actions   = ["s3:DeleteObject", "s3:PutObject"]
          resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.backup_bucket}/${var.backup_prefix}/*"]
        },
      ]
    }
  }

  functions = { for name, function in local.all : name => function if function.wanted }
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true

  lifecycle {
    precondition {
      condition     = length(local.functions) > 0
      error_message = "Name a replica, a bucket, or both."
    }
  }
}

resource "aws_cloudwatch_log_group" "function" {
  for_each          = local.functions
  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = var.log_retention_in_days
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  for_each = local.functions

  statement {
    actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
    resources = [var.stream_arn]
  }

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]
  }

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function[each.key].arn}:log-stream:*"]
  }

  dynamic "statement" {
    for_each = each.value.statements
    content {
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role" "function" {
  for_each           = local.functions
  name               = "${var.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions
  name     = each.key
  role     = aws_iam_role.function[each.key].id
  policy   = data.aws_iam_policy_document.function[each.key].json
}

resource "aws_lambda_function" "function" {
  for_each         = local.functions
  function_name    = "${var.name}-${each.key}"
  role             = aws_iam_role.function[each.key].arn
  runtime          = "java25"
  handler          = each.value.handler
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  memory_size      = 1024
  timeout          = 120

  environment {
    variables = merge(each.value.environment, {
      LOCKSTEP_SKIP_TTL_DELETES           = tostring(var.skip_ttl_deletes)
      LOCKSTEP_REPORT_BATCH_ITEM_FAILURES = "true"
    })
  }

  depends_on = [aws_cloudwatch_log_group.function]
}

resource "aws_lambda_event_source_mapping" "stream" {
  for_each                       = local.functions
  event_source_arn               = var.stream_arn
  function_name                  = aws_lambda_function.function[each.key].arn
  starting_position              = "TRIM_HORIZON"
  batch_size                     = var.batch_size
  function_response_types        = ["ReportBatchItemFailures"]
  bisect_batch_on_function_error = true
  maximum_retry_attempts         = var.maximum_retry_attempts
  maximum_record_age_in_seconds  = var.maximum_record_age_in_seconds

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dead_letters.arn
    }
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_cloudwatch_metric_alarm" "lag" {
  for_each            = local.functions
  alarm_name          = "${var.name}-${each.key}-lag"
  alarm_description   = "More than five minutes behind."
  namespace           = "AWS/Lambda"
  metric_name         = "IteratorAge"
  dimensions          = { FunctionName = aws_lambda_function.function[each.key].function_name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  threshold           = 300000
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "parked" {
  alarm_name          = "${var.name}-parked"
  alarm_description   = "Lambda gave records up; compare and repair (lockstep diff --repair)."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
}

output "dead_letters_url" {
  description = "Queue of what Lambda gave up."
  value       = aws_sqs_queue.dead_letters.url
}
