variable "name" {
  description = "Prefix of the names of what is made; one for each table."
  type        = string
  default     = "lockstep"
}

variable "package" {
  description = "The built package: mvn -pl lambda -am -DskipTests package"
  type        = string
  default     = "../../lambda/target/lockstep-lambda.zip"
}

variable "stream_arn" {
  description = "The primary's latest stream; it must have new images."
  type        = string
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+/stream/.+$", var.stream_arn))
    error_message = "This is not the ARN of a table's stream."
  }
}

variable "replica_table_arns" {
  description = "Replicas, in any Region; empty for no replica."
  type        = list(string)
  default     = []
}

variable "backup_bucket" {
  description = "Bucket of the backup, with versioning; empty for no backup."
  type        = string
  default     = ""
}

variable "backup_prefix" {
  description = "Folder in the bucket; the table's name is added."
  type        = string
  default     = "lockstep"
  validation {
    condition     = can(regex("^[^/ ]([^ ]*[^/ ])?$", var.backup_prefix))
    error_message = "The prefix may not be empty nor begin or end with a slash."
  }
}

variable "skip_ttl_deletes" {
  description = "Whether deletes by TTL are left out."
  type        = bool
  default     = false
}

variable "batch_size" {
  type    = number
  default = 500
}

variable "maximum_retry_attempts" {
  description = "How often Lambda sends a record again before it is parked. While a destination is away each try lasts nearly two minutes."
  type        = number
  default     = 100
}

variable "maximum_record_age_in_seconds" {
  description = "Older records are parked; the stream keeps them for 86400."
  type        = number
  default     = 43200
}

variable "alarm_topic_arns" {
  description = "SNS topics that alarms are sent to."
  type        = list(string)
  default     = []
}

variable "log_retention_in_days" {
  type    = number
  default = 30
}
