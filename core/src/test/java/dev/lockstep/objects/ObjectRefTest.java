package dev.lockstep.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectRefTest {
    @Test
    void bucketAndPrefixAreTold() {
        assertThat(ObjectRef.parse("s3://my.bucket-1/a/b=c"))
                .isEqualTo(new ObjectRef("s3://my.bucket-1/a/b=c", "my.bucket-1", "a/b=c"));
        assertThat(ObjectRef.parse("s3://bucket")).isEqualTo(new ObjectRef("s3://bucket", "bucket", ""));
    }

    @Test
    void aSlashAtTheEndMeansTheSame() {
        assertThat(ObjectRef.parse("s3://bucket/a/")).isEqualTo(ObjectRef.parse("s3://bucket/a"));
        assertThat(ObjectRef.parse("s3://bucket/")).isEqualTo(ObjectRef.parse("s3://bucket"));
    }

    @Test
    void keysAreInTheFolder() {
        ObjectRef folder = ObjectRef.parse("s3://bucket/a").folder("orders");
        assertThat(folder.text()).isEqualTo("s3://bucket/a/orders");
        assertThat(folder.key("x")).isEqualTo("a/orders/x");
        assertThat(folder.keysBeginWith()).isEqualTo("a/orders/");
        assertThat(ObjectRef.parse("s3://bucket").key("x")).isEqualTo("x");
        assertThat(ObjectRef.parse("s3://bucket").keysBeginWith()).isEmpty();
    }

    @Test
    void whatIsNoSuchReferenceIsRefused() {
        for (String text : List.of(
                "",
                "bucket/a",
                "s3:/bucket",
                "s3://",
                "s3://Bucket/a",
                "s3://b/a",
                "s3://bucket_1/a",
                "s3://a..b/c",
                "s3://bucket//a",
                "s3://bucket/a//b",
                "s3://bucket/a//",
                "s3://bucket/../a",
                "s3://bucket/a/./b",
                "s3://bucket/a/..",
                "s3://bucket/a b",
                "s3://bucket/é",
                "s3://bucket/a\nb",
                "s3://bucket/" + "x".repeat(513))) {
            assertThatThrownBy(() -> ObjectRef.parse(text))
                    .as(text)
                    .isInstanceOf(InvalidSettingsException.class)
                    .hasMessageContaining("s3://bucket/prefix")
                    .message()
                    .doesNotContain("\n");
        }
    }
}
