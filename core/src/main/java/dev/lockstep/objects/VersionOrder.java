package dev.lockstep.objects;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Learns in which order versions and delete markers came in an answer. S3 lists them as one, newest first, but the SDK takes
 * them apart into two lists, and their times, in whole seconds, do not tell which of a put and a delete came last. For one
 * call.
 */
final class VersionOrder implements ExecutionInterceptor {
    private static final XMLInputFactory XML = factory();

    private final List<Boolean> markers = new ArrayList<>();

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory;
    }

    /** For each entry of the answer, in order: whether it is a delete marker. */
    List<Boolean> markers() {
        return markers;
    }

    AwsRequestOverrideConfiguration watching() {
        return AwsRequestOverrideConfiguration.builder()
                .addPlugin(client -> client.overrideConfiguration(client.overrideConfiguration().toBuilder()
                        .addExecutionInterceptor(this)
                        .build()))
                .build();
    }

    @Override
    public Optional<InputStream> modifyHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        if (context.responseBody().isEmpty() || !context.httpResponse().isSuccessful()) {
            return context.responseBody();
        }
        try (InputStream body = context.responseBody().get()) {
            byte[] answer = body.readAllBytes();
            learn(answer);
            return Optional.of(new ByteArrayInputStream(answer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void learn(byte[] answer) {
        try {
            XMLStreamReader xml = XML.createXMLStreamReader(new ByteArrayInputStream(answer));
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamReader.START_ELEMENT) {
                    learn(xml.getLocalName());
                }
            }
        } catch (XMLStreamException e) {
            // It was cut off. The SDK will say so, or there is an entry more or less than it found.
            markers.clear();
        }
    }

    private void learn(String element) {
        switch (element) {
            case "Version" -> markers.add(false);
            case "DeleteMarker" -> markers.add(true);
            default -> {}
        }
    }
}
