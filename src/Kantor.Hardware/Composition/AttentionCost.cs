using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Composition;

/// <summary>Attention of all layers, for the decodes and for the chunks of a step.</summary>
internal abstract class AttentionCost
{
    /// <summary>The attention of a deployment's model.</summary>
    /// <exception cref="ArgumentException">The device has no table for it.</exception>
    public static AttentionCost Of(Deployment deployment) =>
        deployment.Model.LatentAttention is null ? new GroupedQueryCost(deployment) : new LatentCost(deployment);

    /// <summary>Microseconds of decodes that together read so many KV tokens.</summary>
    public abstract double DecodeUs(double sequences, double kvTokens);

    /// <summary>Microseconds that such decodes add to a step with chunks; never less than alone.</summary>
    public virtual double MixedDecodeUs(double sequences, double kvTokens) => DecodeUs(sequences, kvTokens);

    /// <summary>Microseconds of chunks with so many tokens and so many query-key pairs, doubled.</summary>
    public abstract double PrefillUs(double tokens, double attention);

    private sealed class GroupedQueryCost : AttentionCost
    {
        private readonly ModelShape _model;
        private readonly int _kvHeads;
        private readonly int _heads;
        private readonly AttentionFit _decode;
        private readonly AttentionFit? _mixed;
        private readonly AttentionFit _prefill;
        private readonly double _decodeScale;
        private readonly double _prefillScale;

        public GroupedQueryCost(Deployment deployment)
        {
            _model = deployment.Model;
            _kvHeads = KvCapacity.KvHeadsPerDevice(deployment);
            _heads = _model.Heads / deployment.TensorParallel;
            _decode = Nearest(deployment.Gpu, deployment.Gpu.DecodeAttention, deployment.KvFormat);
            _prefill = Nearest(deployment.Gpu, deployment.Gpu.PrefillAttention, deployment.KvFormat);
            _mixed = deployment.Gpu.MixedDecodeAttention.Count == 0
                ? null
                : Nearest(deployment.Gpu, deployment.Gpu.MixedDecodeAttention, deployment.KvFormat);
            _decodeScale = deployment.Gpu.UnevenDecodeFactor * _model.HeadSize / _decode.HeadSize;
            _prefillScale = (double)_model.HeadSize / _prefill.HeadSize;
        }

        public override double DecodeUs(double sequences, double kvTokens) => DecodeUs(_decode, sequences, kvTokens);

        public override double MixedDecodeUs(double sequences, double kvTokens)
        {
            var alone = DecodeUs(sequences, kvTokens);
            return _mixed is null ? alone : Math.Max(alone, DecodeUs(_mixed, sequences, kvTokens));
        }

        private double DecodeUs(AttentionFit fit, double sequences, double kvTokens)
        {
            var context = Math.Max(1, kvTokens / sequences);
            var full = (_model.Layers - _model.SlidingLayers) * Decode(fit, sequences, context);
            return _model.SlidingWindow is { } window
                ? full + (_model.SlidingLayers * Decode(fit, sequences, Math.Min(context, window)))
                : full;
        }

        public override double PrefillUs(double tokens, double attention)
        {
            var keys = Math.Max(1, attention / tokens);
            var full = (_model.Layers - _model.SlidingLayers) * Prefill(tokens, keys);
            return _model.SlidingWindow is { } window ? full + (_model.SlidingLayers * Prefill(tokens, Math.Min(keys, 2 * window))) : full;
        }

        private double Decode(AttentionFit fit, double sequences, double context) =>
            _decodeScale * GridInterpolation.At(fit.Grid, sequences * _kvHeads, context);

        private double Prefill(double tokens, double keys) => _prefillScale * GridInterpolation.At(_prefill.Grid, tokens * _heads, keys);

        private AttentionFit Nearest(GpuProfile gpu, IReadOnlyList<AttentionFit> fits, NumberFormat kvFormat)
        {
            if (fits.Count == 0) throw new ArgumentException($"{gpu.Name} has no measured attention.");
            var group = (double)_heads / _kvHeads;
            return fits
                .OrderBy(fit => fit.KvFormat == kvFormat ? 0 : 1)
                .ThenBy(fit => Math.Abs(Math.Log((double)fit.HeadSize / _model.HeadSize)))
                .ThenBy(fit => fit.Group == 0 ? 0 : Math.Abs(Math.Log(fit.Group / group)))
                .First();
        }
    }

    private sealed class LatentCost : AttentionCost
    {
        private readonly LatentAttentionFit _fit;
        private readonly int _layers;
        private readonly double _scale;

        public LatentCost(Deployment deployment)
        {
            var (gpu, heads) = (deployment.Gpu, deployment.Model.Heads / deployment.TensorParallel);
            var format = deployment.WeightFormat is NumberFormat.Mxfp4 or NumberFormat.Int4 ? NumberFormat.Bf16 : deployment.WeightFormat;
            if (format == NumberFormat.Fp8) format = NumberFormat.Fp8Block;
            _fit = gpu.LatentAttention
                .Where(fit => fit.Format == format && fit.KvFormat == deployment.KvFormat)
                .OrderBy(fit => Math.Abs(Math.Log((double)fit.Heads / heads))).ThenBy(fit => fit.Heads).FirstOrDefault()
                ?? throw new ArgumentException(
                    $"{gpu.Name} has no measured latent attention in {format.Name()} with a {deployment.KvFormat.Name()} cache.");
            _layers = deployment.Model.Layers;
            _scale = (double)heads / _fit.Heads;
        }

        public override double DecodeUs(double sequences, double kvTokens) =>
            _layers * _scale * GridInterpolation.At(_fit.Decode, sequences, Math.Max(1, kvTokens / sequences));

        public override double PrefillUs(double tokens, double attention) =>
            _layers * _scale * GridInterpolation.At(_fit.Prefill, tokens, Math.Max(1, attention / tokens));
    }
}
