/* VFIO: structures, ioctl numbers and flags, as the kernel has them. */
#include "probe.h"

#include <linux/vfio.h>

static void vfio_structures(void)
{
    SIZE(vfio_group_status);
    FIELD(vfio_group_status, argsz);
    FIELD(vfio_group_status, flags);
    SIZE(vfio_info_cap_header);
    FIELD(vfio_info_cap_header, id);
    FIELD(vfio_info_cap_header, version);
    FIELD(vfio_info_cap_header, next);
    SIZE(vfio_device_info);
    FIELD(vfio_device_info, argsz);
    FIELD(vfio_device_info, flags);
    FIELD(vfio_device_info, num_regions);
    FIELD(vfio_device_info, num_irqs);
    FIELD(vfio_device_info, cap_offset);
    SIZE(vfio_region_info);
    FIELD(vfio_region_info, argsz);
    FIELD(vfio_region_info, flags);
    FIELD(vfio_region_info, index);
    FIELD(vfio_region_info, cap_offset);
    FIELD(vfio_region_info, size);
    FIELD(vfio_region_info, offset);
    SIZE(vfio_region_info_cap_sparse_mmap);
    FIELD(vfio_region_info_cap_sparse_mmap, header);
    FIELD(vfio_region_info_cap_sparse_mmap, nr_areas);
    SIZE(vfio_region_sparse_mmap_area);
    FIELD(vfio_region_sparse_mmap_area, offset);
    FIELD(vfio_region_sparse_mmap_area, size);
    SIZE(vfio_irq_info);
    FIELD(vfio_irq_info, argsz);
    FIELD(vfio_irq_info, flags);
    FIELD(vfio_irq_info, index);
    FIELD(vfio_irq_info, count);
    SIZE(vfio_irq_set);
    FIELD(vfio_irq_set, argsz);
    FIELD(vfio_irq_set, flags);
    FIELD(vfio_irq_set, index);
    FIELD(vfio_irq_set, start);
    FIELD(vfio_irq_set, count);
    SIZE(vfio_iommu_type1_info);
    FIELD(vfio_iommu_type1_info, argsz);
    FIELD(vfio_iommu_type1_info, flags);
    FIELD(vfio_iommu_type1_info, iova_pgsizes);
    FIELD(vfio_iommu_type1_info, cap_offset);
    SIZE(vfio_iova_range);
    FIELD(vfio_iova_range, start);
    FIELD(vfio_iova_range, end);
    SIZE(vfio_iommu_type1_info_cap_iova_range);
    FIELD(vfio_iommu_type1_info_cap_iova_range, header);
    FIELD(vfio_iommu_type1_info_cap_iova_range, nr_iovas);
    SIZE(vfio_iommu_type1_info_dma_avail);
    FIELD(vfio_iommu_type1_info_dma_avail, header);
    FIELD(vfio_iommu_type1_info_dma_avail, avail);
    SIZE(vfio_iommu_type1_dma_map);
    FIELD(vfio_iommu_type1_dma_map, argsz);
    FIELD(vfio_iommu_type1_dma_map, flags);
    FIELD(vfio_iommu_type1_dma_map, vaddr);
    FIELD(vfio_iommu_type1_dma_map, iova);
    FIELD(vfio_iommu_type1_dma_map, size);
    SIZE(vfio_iommu_type1_dma_unmap);
    FIELD(vfio_iommu_type1_dma_unmap, argsz);
    FIELD(vfio_iommu_type1_dma_unmap, flags);
    FIELD(vfio_iommu_type1_dma_unmap, iova);
    FIELD(vfio_iommu_type1_dma_unmap, size);
}

static void vfio_numbers(void)
{
    NUMBER(VFIO_API_VERSION);
    NUMBER(VFIO_TYPE1_IOMMU);
    NUMBER(VFIO_TYPE1v2_IOMMU);
    NUMBER(VFIO_NOIOMMU_IOMMU);
    NUMBER(VFIO_GET_API_VERSION);
    NUMBER(VFIO_CHECK_EXTENSION);
    NUMBER(VFIO_SET_IOMMU);
    NUMBER(VFIO_GROUP_GET_STATUS);
    NUMBER(VFIO_GROUP_SET_CONTAINER);
    NUMBER(VFIO_GROUP_UNSET_CONTAINER);
    NUMBER(VFIO_GROUP_GET_DEVICE_FD);
    NUMBER(VFIO_DEVICE_GET_INFO);
    NUMBER(VFIO_DEVICE_GET_REGION_INFO);
    NUMBER(VFIO_DEVICE_GET_IRQ_INFO);
    NUMBER(VFIO_DEVICE_SET_IRQS);
    NUMBER(VFIO_DEVICE_RESET);
    NUMBER(VFIO_IOMMU_GET_INFO);
    NUMBER(VFIO_IOMMU_MAP_DMA);
    NUMBER(VFIO_IOMMU_UNMAP_DMA);
    NUMBER(VFIO_DEVICE_FEATURE);
    NUMBER(VFIO_GROUP_FLAGS_VIABLE);
    NUMBER(VFIO_GROUP_FLAGS_CONTAINER_SET);
    NUMBER(VFIO_DEVICE_FLAGS_RESET);
    NUMBER(VFIO_DEVICE_FLAGS_PCI);
    NUMBER(VFIO_DEVICE_FLAGS_CAPS);
    NUMBER(VFIO_REGION_INFO_FLAG_READ);
    NUMBER(VFIO_REGION_INFO_FLAG_WRITE);
    NUMBER(VFIO_REGION_INFO_FLAG_MMAP);
    NUMBER(VFIO_REGION_INFO_FLAG_CAPS);
    NUMBER(VFIO_REGION_INFO_CAP_SPARSE_MMAP);
    NUMBER(VFIO_REGION_INFO_CAP_MSIX_MAPPABLE);
    NUMBER(VFIO_IRQ_INFO_EVENTFD);
    NUMBER(VFIO_IRQ_INFO_MASKABLE);
    NUMBER(VFIO_IRQ_INFO_AUTOMASKED);
    NUMBER(VFIO_IRQ_INFO_NORESIZE);
    NUMBER(VFIO_IRQ_SET_DATA_NONE);
    NUMBER(VFIO_IRQ_SET_DATA_BOOL);
    NUMBER(VFIO_IRQ_SET_DATA_EVENTFD);
    NUMBER(VFIO_IRQ_SET_ACTION_MASK);
    NUMBER(VFIO_IRQ_SET_ACTION_UNMASK);
    NUMBER(VFIO_IRQ_SET_ACTION_TRIGGER);
    NUMBER(VFIO_PCI_BAR0_REGION_INDEX);
    NUMBER(VFIO_PCI_CONFIG_REGION_INDEX);
    NUMBER(VFIO_PCI_INTX_IRQ_INDEX);
    NUMBER(VFIO_PCI_MSI_IRQ_INDEX);
    NUMBER(VFIO_PCI_MSIX_IRQ_INDEX);
    NUMBER(VFIO_PCI_ERR_IRQ_INDEX);
    NUMBER(VFIO_PCI_REQ_IRQ_INDEX);
    NUMBER(VFIO_IOMMU_INFO_PGSIZES);
    NUMBER(VFIO_IOMMU_INFO_CAPS);
    NUMBER(VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
    NUMBER(VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION);
    NUMBER(VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL);
    NUMBER(VFIO_DMA_MAP_FLAG_READ);
    NUMBER(VFIO_DMA_MAP_FLAG_WRITE);
}

void print_vfio(void)
{
    vfio_structures();
    vfio_numbers();
}
