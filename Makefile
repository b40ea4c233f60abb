.DEFAULT_GOAL := help
.PHONY: help check test format schedules live kills bench demo release reproducible clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

check: ## compile, lint and check the format, without tests
	mvn -B -ntp -DskipTests verify

test: ## everything that must pass before a commit
	mvn -B -ntp verify

format: ## format the sources
	mvn -B -q spotless:apply

schedules: ## the proof of repairs with more writes, crashes and lost answers than the suite takes (minutes)
	mvn -B -ntp -pl core -am test -Dtest=RepairScheduleTest -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dlockstep.schedules.writes=4 -Dlockstep.schedules.crashes=2 -Dlockstep.schedules.lostAnswers=1

bench: ## what comparing, replicating and backing up cost, beside the least there is; MAPBOX=folder of an installed dynamodb-replicator
	rm -rf bench/target/lib
	mvn -B -ntp -q -pl bench -am -DskipTests package
	java -cp "bench/target/classes:bench/target/lib/*" dev.lockstep.bench.CompareBench
	java -cp "bench/target/classes:bench/target/lib/*" dev.lockstep.bench.LiveBench
	java -cp "bench/target/classes:bench/target/lib/*" dev.lockstep.bench.BackupBench $(MAPBOX)

live: ## two processes under a writer, killed every few seconds, for five minutes
	mvn -B -ntp -pl trials -am package -Dtest=LiveProcessTest -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dlockstep.live.seconds=300

kills: ## every job with a checkpoint killed dozens of times on a table of 100,000 items (half an hour and more)
	mvn -B -ntp -pl trials -am package -Dtest=CheckpointKillTest -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dlockstep.kills=24 -Dlockstep.kills.items=100000

release: ## dist/target/release: the command line, the Lambda package, what is in them, checksums
	mvn -B -ntp -q -DskipTests -Prelease -pl dist,lambda -am clean package
	dist/finish

reproducible: ## build the release of the last commit twice, in two clones, and compare the bytes (minutes)
	dist/reproducible

demo: ## the whole story on two embedded DynamoDB Locals
	./lockstep demo

clean: ## remove what was built
	mvn -B -q clean
