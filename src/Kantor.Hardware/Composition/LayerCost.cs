using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Composition;

/// <summary>What all layers take for the tokens of a step, attention itself excepted, and their experts.</summary>
internal sealed class LayerCost
{
    private readonly Deployment _deployment;
    private readonly ModelShape _model;
    private readonly List<(GemmCost Cost, int Layers)> _products = [];
    private readonly IReadOnlyList<ExpertCost> _experts = [];
    private readonly CollectiveCost? _allReduce;
    private readonly CollectiveCost? _gather;

    private LayerCost(Deployment deployment)
    {
        (_deployment, _model) = (deployment, deployment.Model);
        var (gpu, tensor) = (deployment.Gpu, deployment.TensorParallel);
        if (_model.LatentAttention is null) AddAttention(tensor);
        AddFfn(_model.FfnSize, _model.Layers - _model.ExpertLayers);
        AddFfn(_model.SharedFfnSize, _model.ExpertLayers);
        if (_model.ExpertLayers > 0)
        {
            _products.Add((Product(NumberFormat.Bf16, _model.Experts, _model.HiddenSize), _model.ExpertLayers));
            _experts = ExpertCost.Of(gpu, ExpertFormat, LocalExperts());
        }

        if (tensor > 1) _allReduce = new CollectiveCost(gpu.Name, gpu.AllReduce, tensor);
        if (deployment.DataParallel > 1 && _model.ExpertLayers > 0)
        {
            _gather = new CollectiveCost(gpu.Name, gpu.GatherScatter.Count > 0 ? gpu.GatherScatter : gpu.AllReduce, deployment.Devices);
        }
    }

    /// <summary>Whether any layer has experts.</summary>
    public bool HasExperts => _experts.Count > 0;

    private double Skew => _deployment.Engine.CollectiveSkewUs;

    private NumberFormat ExpertFormat => _deployment.ExpertFormat ?? _deployment.WeightFormat;

    public static LayerCost Of(Deployment deployment) => new(deployment);

    public double Us(int tokens)
    {
        var us = (_deployment.Engine.LayerGapUs + ElementwiseUs(tokens)) * _model.Layers;
        foreach (var (cost, layers) in _products) us += layers * cost.Us(tokens);
        if (_allReduce is not null) us += 2 * _model.Layers * (Skew + _allReduce.Us((double)tokens * _model.HiddenSize));
        return us;
    }

    /// <summary>
    /// What the experts of all layers take for the tokens of all groups, with bringing the tokens to the experts' devices and the sums
    /// back: one gathers all rows on all devices and one adds up and scatters, and the devices wait for each other twice.
    /// </summary>
    public double ExpertsUs(int tokens)
    {
        var us = _experts.Min(kernel => kernel.Us(tokens));
        if (_gather is not null) us += (2 * Skew) + _gather.Us((double)tokens * _model.HiddenSize);
        return _model.ExpertLayers * us;
    }

    /// <summary>
    /// Two norms with the residual, norm and rotation of queries and keys, and the activation; routing, grouping by expert and adding up
    /// where there are experts; and rounding the input of each product whose format rounds in blocks.
    /// </summary>
    private double ElementwiseUs(int tokens)
    {
        var fit = _deployment.Gpu.Elementwise;
        var tensor = _deployment.TensorParallel;
        var ffn = (_model.Experts == 0 ? 3.0 * _model.FfnSize : 3.0 * _model.SharedFfnSize) / tensor;
        var heads = (_model.Heads + _model.KvHeads) * _model.HeadSize / (double)tensor;
        var values = (2 * 4.0 * _model.HiddenSize) + ((_model.NormsHeads ? 4 : 2) * heads) + ffn;
        var operators = 3 + (_model.NormsHeads ? 1 : 0) + (ffn > 0 ? 1 : 0) + (_model.Experts > 0 ? 3 : 0);
        if (_deployment.WeightFormat is NumberFormat.Nvfp4 or NumberFormat.Fp8Block)
        {
            operators += ffn > 0 ? 4 : 2;
            values += 1.5 * ((2 * _model.HiddenSize) + heads + (ffn / 3));
        }

        return _deployment.Engine.ElementwiseFactor * ((operators * fit.FloorUs) + (2 * tokens * values / fit.BytesPerUs));
    }

    private void AddAttention(int tensor)
    {
        var heads = _model.Heads / tensor;
        var width = (heads + (2 * KvCapacity.KvHeadsPerDevice(_deployment))) * _model.HeadSize;
        _products.Add((Product(_deployment.WeightFormat, width, _model.HiddenSize), _model.Layers));
        _products.Add((Product(_deployment.WeightFormat, _model.HiddenSize, heads * _model.HeadSize), _model.Layers));
    }

    private void AddFfn(int ffn, int layers)
    {
        if (ffn == 0 || layers == 0) return;
        var inner = (ffn + _deployment.TensorParallel - 1) / _deployment.TensorParallel;
        _products.Add((Product(_deployment.WeightFormat, (_model.GatedFfn ? 2 : 1) * inner, _model.HiddenSize), layers));
        _products.Add((Product(_deployment.WeightFormat, _model.HiddenSize, inner), layers));
    }

    private ExpertShape LocalExperts()
    {
        var slices = _deployment.Devices / _deployment.ExpertParallel;
        var inner = (_model.ExpertFfnSize + slices - 1) / slices;
        var local = (_model.Experts + _deployment.ExpertParallel - 1) / _deployment.ExpertParallel;
        return new ExpertShape(_model.HiddenSize, inner, _model.ExpertsPerToken, _model.Experts, local, []);
    }

    private GemmCost Product(NumberFormat format, int n, int k) => new(_deployment.Gpu, GemmCost.FitOf(_deployment.Gpu, format), n, k);
}

/// <summary>A collective over devices, by elements.</summary>
internal sealed class CollectiveCost
{
    private readonly CollectiveFit _fit;
    private readonly double _scale;

    /// <summary>The measured curve of that many devices, or that of the nearest number, times the ratio of what a ring moves.</summary>
    /// <exception cref="ArgumentException">The device has no such table at all.</exception>
    public CollectiveCost(string gpu, IReadOnlyList<CollectiveFit> fits, int devices)
    {
        if (fits.Count == 0) throw new ArgumentException($"{gpu} has no measured collectives, so it cannot be tensor-parallel.");
        _fit = fits.OrderBy(fit => Math.Abs(Math.Log((double)fit.Devices / devices))).First();
        _scale = (devices - 1.0) / devices / ((_fit.Devices - 1.0) / _fit.Devices);
    }

    public double Us(double elements) => _scale * GridInterpolation.Curve(_fit.Elements, _fit.Us, elements);
}

/// <summary>What the sampled rows take: vocabulary projection and sampler.</summary>
internal sealed class SampledCost(Deployment deployment)
{
    private readonly GemmCost _projection = new(
        deployment.Gpu,
        GemmCost.FitOf(deployment.Gpu, NumberFormat.Bf16),
        (deployment.Model.VocabularySize + deployment.TensorParallel - 1) / deployment.TensorParallel,
        deployment.Model.HiddenSize);

    public double Us(int rows) => _projection.Us(rows) + deployment.Gpu.Sampler.FloorUs + (deployment.Gpu.Sampler.RowUs * rows);
}
