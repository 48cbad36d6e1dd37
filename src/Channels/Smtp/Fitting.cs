using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Smtp;

/// <summary>
/// Makes a message fit a server: without 8BITMIME its bodies are encoded (RFC 6152 3), without BINARYMIME the binary ones are (RFC 3030 3). Then it is signed again, for a signature holds
/// for what leaves. What cannot be encoded stays as it is, and <see cref="Transaction"/> returns it.
/// </summary>
/// <param name="store">Takes what was encoded while it is sent; null: nothing is encoded.</param>
internal sealed class Fitting(MessageStore? store, Signing signing)
{
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public async Task<Fitted> ForAsync(Round round, Offers offers, CancellationToken cancellationToken)
    {
        Delivery unsigned = round.Unsigned;
        if (store is null || !await IsNeededAsync(unsigned, offers, cancellationToken))
            return new(round.Delivery, null);
        MessageContent from = unsigned.Content;
        await using ContentWriter writer = store.NewContent();
        var recoding = new Recoding((await from.StructureAsync(cancellationToken)).Shifted(from.Shift), from.ReadAsync, offers.EightBitMime);
        if (!await recoding.RunAsync(writer.WriteAsync, cancellationToken))
            return new(round.Delivery, null);
        Content content = await writer.CompleteAsync(cancellationToken) ?? throw new IOException("an encoded message could not be written");
        QueuedMessage message = unsigned.Row.Message with { Body = offers.EightBitMime ? BodyType.EightBitMime : BodyType.SevenBit };
        return new(await signing.SignedAsync(new Delivery(unsigned.Row with { Message = message }, content.AsMessage()), cancellationToken), content);
    }

    private static async Task<bool> IsNeededAsync(Delivery delivery, Offers offers, CancellationToken cancellationToken) => delivery.Row.Message.Body switch
    {
        BodyType.BinaryMime => !(offers.Chunking && offers.BinaryMime),
        BodyType.EightBitMime when !offers.EightBitMime => await EightBitScan.RunAsync(delivery.Content, cancellationToken) == EightBit.InBody,
        _ => false,
    };
}

/// <summary>What is sent to one server; disposed of once it was.</summary>
internal sealed class Fitted(Delivery delivery, Content? encoded) : IAsyncDisposable
{
    public Delivery Delivery { get; } = delivery;

    public ValueTask DisposeAsync() => encoded?.DisposeAsync() ?? ValueTask.CompletedTask;
}
